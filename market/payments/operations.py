"""Payouts: asked for, sent, and what came of it. Top-ups and reconciliation are not here.

The money is reserved and the work written in one transaction; the rail is asked with none open; what it answers is
recorded in another. A crash in between leaves a payout `sending`, whose order is told again: see `orders.py`.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.ids import encode
from market.ledger import rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.ledger.queries import balance
from market.money import Micros, format_micros, to_cents, whole_cents_down
from market.payments import events
from market.payments.models import Payout
from market.payments.orders import Arrived, Failed, Order, Progress, Underway
from market.payments.rails import rail_for
from market.payments.states import PAYOUT, PayoutState
from market.work.operations import enqueue

SEND = "send_payout"


class NothingToPayOut(DomainError):
    """Less is available than a payout needs."""

    code = "nothing_to_pay_out"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Wait until more of what you earned is available."


class ScoutsOnly(DomainError):
    """A payout was asked for with an account that is no scout's."""

    code = "payouts_are_for_scouts"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Ask with a scout's account."


@transaction.atomic
def request_payout(*, scout: Account, at: datetime, amount_micros: int | None = None) -> Payout:
    """Set money aside and have it sent: all that is available in whole cents, or an amount of it."""
    if scout.kind != Account.Kind.SCOUT:
        raise ScoutsOnly("Only scouts are paid out.")
    rail = rail_for(scout.mode)
    amount = _amount(scout, amount_micros)
    if amount < rail.least_micros:
        raise NothingToPayOut(f"A payout is at least {format_micros(rail.least_micros)}.", param="/amount")
    now = scout.time_of(at)
    payout = Payout.objects.create(scout=scout, mode=scout.mode, rail=rail.name, amount_micros=amount, requested_at=now)
    post(
        [rules.reserve_payout(book=Book.of(payout.mode), scout_id=scout.id, payout_id=payout.id, amount_micros=amount)],
        at=at,
    )
    events.PAYOUT_REQUESTED.tell(scout.id, now, **_told(payout))
    enqueue(kind=SEND, subject=str(payout.id))
    return payout


@transaction.atomic
def begin_sending(*, payout_id: UUID, at: datetime) -> Order | None:
    """The order to tell the rail, or None if it has ended. Told before: the same order."""
    payout = Payout.objects.select_related("scout").select_for_update(of=("self",)).get(pk=payout_id)
    if payout.state == PayoutState.REQUESTED:
        now = payout.scout.time_of(at)
        PAYOUT.move(
            Payout.objects.filter(pk=payout_id), source=PayoutState.REQUESTED, to=PayoutState.SENDING, sending_at=now
        )
        payout.sending_at = now
        events.PAYOUT_SENDING.tell(payout.scout_id, now, **_told(payout))
    elif payout.state != PayoutState.SENDING:
        return None
    assert payout.sending_at is not None
    return Order(payout.id, payout.scout_id, Micros(payout.amount_micros), payout.sending_at)


@transaction.atomic
def record_progress(*, payout_id: UUID, progress: Progress, at: datetime) -> None:
    """What the rail said. Recorded again, it changes nothing."""
    payout = Payout.objects.select_related("scout").select_for_update(of=("self",)).get(pk=payout_id)
    if payout.state != PayoutState.SENDING or isinstance(progress, Underway):
        return
    if isinstance(progress, Arrived):
        _end(payout, PayoutState.PAID, at=at, reference=progress.reference)
        rule = rules.finish_payout
        events.PAYOUT_PAID.tell(payout.scout_id, payout.scout.time_of(at), **_told(payout))
    else:
        _end(payout, PayoutState.FAILED, at=at, failure=progress.reason, explanation=progress.explanation)
        rule = rules.return_payout
        _tell_failed(payout, progress, at=at)
    entry = rule(
        book=Book.of(payout.mode), scout_id=payout.scout_id, payout_id=payout.id, amount_micros=payout.amount_micros
    )
    post([entry], at=at)


def send_payout(*, payout_id: UUID, at: datetime) -> datetime | None:
    """Ask the rail. Answers when to ask again, or None when it has ended."""
    order = begin_sending(payout_id=payout_id, at=at)
    if order is None:
        return None
    scout = Account.objects.get(pk=order.scout_id)
    progress = rail_for(scout.mode).move(order, at=scout.time_of(at))
    record_progress(payout_id=payout_id, progress=progress, at=at)
    return progress.look_again_at - scout.clock_ahead if isinstance(progress, Underway) else None


def _amount(scout: Account, asked_micros: int | None) -> int:
    if asked_micros is not None:
        to_cents(asked_micros)
        return asked_micros
    available = balance(rules.scout_available(Book(scout.mode), scout.id))  # type: ignore[arg-type]
    return whole_cents_down(available)


def _end(payout: Payout, to: PayoutState, *, at: datetime, **changes: str) -> None:
    now = payout.scout.time_of(at)
    PAYOUT.move(Payout.objects.filter(pk=payout.pk), source=PayoutState.SENDING, to=to, ended_at=now, **changes)
    payout.state = to


def _tell_failed(payout: Payout, failed: Failed, *, at: datetime) -> None:
    events.PAYOUT_FAILED.tell(
        payout.scout_id,
        payout.scout.time_of(at),
        **_told(payout),
        reason=failed.reason,
        explanation=failed.explanation,
        mendable=failed.mendable,
    )


def _told(payout: Payout) -> dict[str, str]:
    return {
        "payout": encode("pay", payout.id),
        "amount": format_micros(payout.amount_micros),
        "rail": payout.rail,
    }
