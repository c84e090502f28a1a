"""Which agent, which key: only one's own are there at all."""

from django.http import Http404, HttpRequest

from market.accounts import queries
from market.accounts.models import Agent, ApiKey
from market.ids import decode
from market.payments.models import Payment, TopUp
from web.guards import person


def own_agent(request: HttpRequest, agent_id: str) -> Agent:
    account_id = decode("agt", agent_id)
    found = queries.agents_of(person(request)).filter(account_id=account_id).first() if account_id else None
    if found is None:
        raise Http404
    return found


def key_of(agent: Agent, key_id: str) -> ApiKey:
    found_id = decode("key", key_id)
    found = queries.keys_of(agent.account_id).filter(pk=found_id).first() if found_id else None
    if found is None:
        raise Http404
    return found


def own_top_up(request: HttpRequest, deposit_id: str) -> TopUp:
    top_up_id = decode("dep", deposit_id)
    mine = TopUp.objects.select_related("agent__agent").filter(agent__agent__owner=person(request))
    found = mine.filter(pk=top_up_id).first() if top_up_id else None
    if found is None:
        raise Http404
    return found


def paid_for(agent: Agent) -> list[Payment]:
    """What was paid for an agent, the newest first."""
    return list(Payment.objects.filter(agent=agent.account).order_by("-paid_at")[:100])
