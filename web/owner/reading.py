"""Which agent, which key: only one's own are there at all."""

from django.http import Http404, HttpRequest

from market.accounts import queries
from market.accounts.models import Agent, ApiKey
from market.payments.models import Payment, TopUp
from web.addresses import known
from web.guards import person


def own_agent(request: HttpRequest, agent_id: str) -> Agent:
    found = queries.agents_of(person(request)).filter(account_id=known(agent_id, "agt")).first()
    if found is None:
        raise Http404
    return found


def key_of(agent: Agent, key_id: str) -> ApiKey:
    found = queries.keys_of(agent.account_id).filter(pk=known(key_id, "key")).first()
    if found is None:
        raise Http404
    return found


def own_top_up(request: HttpRequest, deposit_id: str) -> TopUp:
    mine = TopUp.objects.select_related("agent__agent").filter(agent__agent__owner=person(request))
    found = mine.filter(pk=known(deposit_id, "dep")).first()
    if found is None:
        raise Http404
    return found


def paid_for(agent: Agent) -> list[Payment]:
    """What was paid for an agent, the newest first."""
    return list(Payment.objects.filter(agent=agent.account).order_by("-paid_at")[:100])
