"""What an agent may spend of its balance by now. The rule itself is pure, in `seasoning.py`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, Min, Subquery, Sum

from market.accounts.models import Agent, Mode
from market.ledger import rules
from market.ledger.models import LedgerAccount
from market.ledger.postings import Book
from market.payments import debts
from market.payments.models import Payment
from market.payments.seasoning import Seasoning, refusal, seasoning


def seasoning_of(*, agent_id: UUID, mode: str, at: datetime) -> Seasoning | None:
    """One question, and none in test mode. None: all of the balance may be spent."""
    return _seasoning(_paid_in(agent_id, mode), at) if mode == Mode.LIVE else None


def check_spendable(*, agent_id: UUID, mode: str, taken_micros: int, at: datetime) -> None:
    """Call it in the transaction that has just taken so much out of the balance: its row is locked by then, so that two
    calls at once, or one and the bank's, are looked at one after the other, and what is refused here is taken back with
    the rest. Nobody contests play money, and it does not season.
    """
    if mode != Mode.LIVE:
        return
    paid = _paid_in(agent_id, mode)
    if paid["frozen_at"] is not None:
        raise debts.refusal()
    left = _seasoning(paid, at)
    if left is not None and left.free_micros < 0:
        raise refusal(asked_micros=taken_micros, free_micros=left.free_micros + taken_micros, until=left.until)


def _paid_in(agent_id: UUID, mode: str) -> Mapping[str, Any]:
    """Of an agent that has never paid anything in, nothing: it is not frozen either."""
    balance = LedgerAccount.objects.filter(id=rules.agent_available(Book.of(mode), agent_id).id)
    frozen = Agent.objects.filter(account_id=agent_id)
    return Payment.objects.filter(agent_id=agent_id).aggregate(
        first_at=Min("paid_at"),
        micros=Sum(F("amount_micros") - F("refunded_micros")),
        available=Min(Subquery(balance.values("balance_micros"))),
        frozen_at=Min(Subquery(frozen.values("frozen_at"))),
    )


def _seasoning(paid: Mapping[str, Any], at: datetime) -> Seasoning | None:
    return seasoning(
        first_paid_at=paid["first_at"],
        paid_in_micros=paid["micros"] or 0,
        available_micros=paid["available"] or 0,
        at=at,
        lasts=settings.SEASONING,
        allowance_micros=settings.SEASONING_ALLOWANCE_MICROS,
    )
