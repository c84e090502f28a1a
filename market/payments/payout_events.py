"""What Stripe tells of transfers: that one was made whose answer we never heard, and that one came back."""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from market.ids import decode
from market.money import from_cents, to_cents
from market.payments import inbox, operations, stripe_gateway
from market.payments.models import Payout, StripeEvent
from market.payments.orders import Arrived
from market.payments.states import PayoutState
from market.payments.stripe_rail import NAME
from market.payments.stripe_words import Transferred
from market.work.registry import TryLater

SOON = timedelta(seconds=20)

log = structlog.get_logger(__name__)


@inbox.applies("transfer.created")
def apply_transfer(event: StripeEvent, at: datetime) -> None:
    record_transfer(transfer=stripe_gateway.transfer(event.object_id), at=at)


@inbox.applies("transfer.reversed")
def apply_reversal(event: StripeEvent, at: datetime) -> None:
    take_back(transfer_id=event.object_id, at=at)


def record_transfer(*, transfer: Transferred, at: datetime) -> UUID | None:
    """The payout that this transfer is, recorded as sent. None: it is none of ours."""
    payout_id = decode("pay", transfer.metadata.get("payout", ""))
    payout = Payout.objects.filter(pk=payout_id, rail=NAME).first() if payout_id else None
    if payout is None or transfer.amount_cents != to_cents(payout.sent_micros):
        log.error("a transfer that is no payout of ours", transfer=transfer.id)
        return None
    progress = Arrived(transfer.id)
    operations.record_progress(payout_id=payout.id, attempt=payout.attempt, progress=progress, at=at)
    return payout.id


def take_back(*, transfer_id: str, at: datetime) -> None:
    """Record every reversal of a transfer that there is by now."""
    payout_id = record_transfer(transfer=stripe_gateway.transfer(transfer_id), at=at)
    if payout_id is None:
        return
    if Payout.objects.values_list("state", flat=True).get(pk=payout_id) not in (
        PayoutState.PAID,
        PayoutState.RETURNED,
    ):
        raise TryLater(at + SOON, "the payout is not recorded as sent yet")
    for reversal_id, cents in stripe_gateway.reversals(transfer_id):
        operations.record_return(payout_id=payout_id, reversal=reversal_id, amount_micros=from_cents(cents), at=at)
