"""What an agent may spend of its balance by now. The rule itself is pure, in `seasoning.py`."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F, Min, Subquery, Sum

from market.accounts.models import Mode
from market.ledger import rules
from market.ledger.models import LedgerAccount
from market.ledger.postings import Book
from market.payments.models import Payment
from market.payments.seasoning import Seasoning, refusal, seasoning


def seasoning_of(*, agent_id: UUID, mode: str, at: datetime) -> Seasoning | None:
    """One question, and none in test mode. None: all of the balance may be spent."""
    if mode != Mode.LIVE:
        return None
    balance = LedgerAccount.objects.filter(id=rules.agent_available(Book.of(mode), agent_id).id)
    paid = Payment.objects.filter(agent_id=agent_id).aggregate(
        first_at=Min("paid_at"),
        micros=Sum(F("amount_micros") - F("refunded_micros")),
        available=Min(Subquery(balance.values("balance_micros"))),
    )
    return seasoning(
        first_paid_at=paid["first_at"],
        paid_in_micros=paid["micros"] or 0,
        available_micros=paid["available"] or 0,
        at=at,
        lasts=settings.SEASONING,
        allowance_micros=settings.SEASONING_ALLOWANCE_MICROS,
    )


def check_seasoned(*, agent_id: UUID, mode: str, taken_micros: int, at: datetime) -> None:
    """Call it in the transaction that has just taken so much out of the balance: its row is locked by then, so that two
    calls at once are looked at one after the other, and what is refused here is taken back with the rest.
    """
    left = seasoning_of(agent_id=agent_id, mode=mode, at=at)
    if left is not None and left.free_micros < 0:
        raise refusal(asked_micros=taken_micros, free_micros=left.free_micros + taken_micros, until=left.until)
