"""My agents, and one of them: what it has, what it asked for, which keys it uses."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bounties.queries import bought_by, titles_of
from market import clock
from market.accounts import queries
from market.ids import decode
from market.ledger import history
from market.ledger import queries as ledger
from market.ledger.postings import Book
from web.guards import person, signed_in
from web.owner import showing
from web.owner.reading import own_agent

_NEWEST = 10
_PAGE = 50


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
    asked = list(bought_by(found.account_id).order_by("-id")[: _NEWEST + 1])
    facts = {
        "agent": showing.agent(found) | showing.spending(spent.values()),
        "frozen": showing.frozen(found),
        "bounties": [showing.bounty(each) for each in asked[:_NEWEST]],
        "has_more_bounties": len(asked) > _NEWEST,
        "entries": showing.entries(moved, titles_of({each.bounty_id for each in moved if each.bounty_id})),
        "keys": [showing.key(each, spent=spent, at=at) for each in keys if not each.has_ended(at)],
        "ended_keys": [showing.key(each, spent=spent, at=at) for each in keys if each.has_ended(at)],
    }
    return render(request, "owner/agent.html", facts)


@require_GET
@signed_in
def bounties(request: HttpRequest, agent_id: str) -> HttpResponse:
    """All that it has asked for, the newest first."""
    found = own_agent(request, agent_id)
    text = request.GET.get("before")
    before = decode("bnt", text) if text else None
    if text and before is None:
        raise Http404
    asked = bought_by(found.account_id).order_by("-id")
    if before is not None:
        asked = asked.filter(pk__lt=before)
    rows = [showing.bounty(each) for each in asked[: _PAGE + 1]]
    older = rows[_PAGE - 1]["id"] if len(rows) > _PAGE else None
    facts = {"agent": showing.agent(found), "bounties": rows[:_PAGE], "older": older, "is_newest": before is None}
    return render(request, "owner/bounties.html", facts)
