"""Payments that their card's holders contest: what the bank took, who bears it, by when somebody has to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from market import clock
from market.accounts.models import Agent
from market.ids import encode
from market.ledger.postings import Book
from market.ledger.queries import agent_balance
from market.payments import debts
from market.payments.models import ChargeDispute
from web.guards import for_operators

_LISTED = 100


@dataclass(frozen=True, slots=True)
class Frozen:
    """An agent that is frozen, or owes."""

    id: str
    name: str
    since: datetime | None
    available_micros: int
    held_micros: int
    owed_micros: int


@require_GET
@for_operators
def charges(request: HttpRequest) -> HttpResponse:
    rows = ChargeDispute.objects.select_related("agent__agent")
    facts = {
        "now": clock.now(),
        "running": list(rows.filter(decided_at=None).order_by("answer_by_at", "id")[:_LISTED]),
        "decided": list(rows.exclude(decided_at=None).order_by("-decided_at")[:_LISTED]),
        "frozen": _frozen(),
        "at_stripe": _at_stripe(),
    }
    return render(request, "ops/charges.html", facts)


def running() -> int:
    return ChargeDispute.objects.filter(decided_at=None).count()


def _frozen() -> Sequence[Frozen]:
    found = Agent.objects.select_related("account").exclude(frozen_at=None).order_by("frozen_at")[:_LISTED]
    return [_state_of(each) for each in found]


def _state_of(agent: Agent) -> Frozen:
    balance = agent_balance(Book.of(agent.account.mode), agent.account_id)
    return Frozen(
        id=encode("agt", agent.account_id),
        name=agent.name,
        since=agent.frozen_at,
        available_micros=balance.available_micros,
        held_micros=balance.held_micros,
        owed_micros=debts.owed(agent.account_id, agent.account.mode),
    )


def _at_stripe() -> str:
    """Where a payment is looked at, and its holder's bank answered: no program of ours does that."""
    is_sandbox = "_test_" in settings.STRIPE_API_KEY
    return f"https://dashboard.stripe.com/{'test/' if is_sandbox else ''}payments/"
