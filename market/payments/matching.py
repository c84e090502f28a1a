"""Which ledger entry a balance transaction of Stripe is, by the business key that its source posts under.

Where the entry is not there the source is fetched and applied, as a webhook that never came would have done. What is
still nothing of ours after that is left to `reconciling`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from market.ids import encode
from market.ledger import house
from market.ledger.models import Entry
from market.ledger.postings import Book, NewEntry
from market.money import from_cents
from market.payments import contests, payout_events, refunds, stripe_gateway, top_ups
from market.payments.models import Payment, Payout, Refund, StripeTransaction
from market.payments.stripe_rail import NAME
from market.work.registry import TryLater

LIVE: Final = Book("live")

log = structlog.get_logger(__name__)

Found = Callable[[StripeTransaction], Entry | None]
Applied = Callable[[StripeTransaction, datetime], None]


def find(row: StripeTransaction) -> Entry | None:
    finder = _FOUND_BY.get(row.kind)
    return finder(row) if finder else None


def apply(row: StripeTransaction, *, at: datetime) -> None:
    """What should have happened when this was told of. Not yet possible: another time."""
    applier = _APPLIED_BY.get(row.kind)
    if applier is None:
        return
    try:
        applier(row, at)
    except TryLater as later:
        log.info("stripe_transaction_waits", transaction=row.id, reason=str(later))


def of_the_house(row: StripeTransaction) -> NewEntry | None:
    """The entry of a transaction that is about nobody's account but the house's own."""
    net = from_cents(row.net_cents)
    if net == 0:
        return None
    match row.kind:
        case "stripe_fee" | "stripe_fx_fee" | "tax_fee":
            return house.stripe_fee(book=LIVE, transaction=row.id, amount_micros=-net)
        case "payout" | "payout_cancel" | "payout_failure" | "topup" | "topup_reversal":
            return house.own_bank(book=LIVE, transaction=row.id, amount_micros=-net)
        case "connect_collection_transfer":
            return house.house_loss(book=LIVE, transaction=row.id, amount_micros=-net)
        case _:
            return None


# --- money in ---------------------------------------------------------------------------------------------------------


def _payment_entry(row: StripeTransaction) -> Entry | None:
    payment = Payment.objects.filter(transaction_id=row.id).first()
    return _by_key(f"topup:{payment.id}") if payment else None


def _credit(row: StripeTransaction, at: datetime) -> None:
    payment_id = stripe_gateway.payment_of_charge(row.source)
    if payment_id:
        top_ups.credit(payment_id=payment_id, at=at)


def _refund_entry(row: StripeTransaction) -> Entry | None:
    refund = Refund.objects.filter(reference=row.source).first()
    kind = "refund_back" if row.amount_cents > 0 else "refund"
    return _by_key(f"{kind}:{encode('rfd', refund.id)}") if refund else None


def _record_refund(row: StripeTransaction, at: datetime) -> None:
    refunds.take_note(reference=row.source, at=at)


def _contested_entry(row: StripeTransaction) -> Entry | None:
    return _by_key(f"contested:{row.id}") or _by_key(f"reinstated:{row.id}")


def _record_contest(row: StripeTransaction, at: datetime) -> None:
    if row.source.startswith(("dp_", "du_")):
        contests.contest(dispute_id=row.source, at=at)


# --- money out --------------------------------------------------------------------------------------------------------


def _transfer_entry(row: StripeTransaction) -> Entry | None:
    payout = Payout.objects.filter(rail=NAME, reference=row.source).first()
    return _by_key(f"payout_paid:{encode('pay', payout.id)}") if payout else None


def _record_transfer(row: StripeTransaction, at: datetime) -> None:
    payout_events.record_transfer(transfer=stripe_gateway.transfer(row.source), at=at)


def _reversal_entry(row: StripeTransaction) -> Entry | None:
    return Entry.objects.filter(kind="payout_returned", mode="live", key__endswith=f":{row.source}").first()


def _take_back(row: StripeTransaction, at: datetime) -> None:
    transfer_id = stripe_gateway.transfer_of_reversal(row.id)
    if transfer_id:
        payout_events.take_back(transfer_id=transfer_id, at=at)


def _by_key(key: str) -> Entry | None:
    return Entry.objects.filter(key=key, mode="live").first()


_FOUND_BY: Final[dict[str, Found]] = {
    "charge": _payment_entry,
    "payment": _payment_entry,
    "refund": _refund_entry,
    "payment_refund": _refund_entry,
    "refund_failure": _refund_entry,
    "payment_failure_refund": _refund_entry,
    "adjustment": _contested_entry,
    "transfer": _transfer_entry,
    "transfer_refund": _reversal_entry,
}
_APPLIED_BY: Final[dict[str, Applied]] = {
    "charge": _credit,
    "payment": _credit,
    "refund": _record_refund,
    "payment_refund": _record_refund,
    "refund_failure": _record_refund,
    "payment_failure_refund": _record_refund,
    "adjustment": _record_contest,
    "transfer": _record_transfer,
    "transfer_refund": _take_back,
}
