"""My agents, and one of them: what it has, what it asked for, which keys it uses."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bounties.queries import bought_by
from market import clock
from market.accounts import queries
from market.ids import encode
from market.ledger import history
from market.ledger import queries as ledger
from market.ledger.postings import Book
from web.guards import person, signed_in
from web.owner import showing
from web.owner.reading import own_agent

_NEWEST = 10


@require_GET
@signed_in
def agents(request: HttpRequest) -> HttpResponse:
    found = list(queries.agents_of(person(request)))
    return render(request, "owner/agents.html", {"agents": [showing.agent(each) for each in found]})


@require_GET
@signed_in
def agent(request: HttpRequest, agent_id: str) -> HttpResponse:
    found = own_agent(request, agent_id)
    book, at = Book.of(found.account.mode), clock.now()
    keys = list(queries.keys_of(found.account_id))
    spent = ledger.spent({each.purse_id for each in keys}, at=found.account.time_of(at))
    moved = history.of_agent(book, found.account_id, limit=_NEWEST, kinds=history.KINDS)
    facts = {
        "agent": showing.agent(found) | showing.spending(spent.values()),
        "bounties": [(encode("bnt", each.id), each) for each in bought_by(found.account_id).order_by("-id")[:_NEWEST]],
        "entries": [showing.entry(each) for each in moved],
        "keys": [showing.key(each, spent=spent, at=at) for each in keys if not each.has_ended(at)],
        "ended_keys": [showing.key(each, spent=spent, at=at) for each in keys if each.has_ended(at)],
    }
    return render(request, "owner/agent.html", facts)
