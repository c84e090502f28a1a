"""Payouts: asked for, sent, and what came of it. Top-ups and reconciliation are not here.

The money is reserved and the work written in one transaction; the rail is asked with none open; what it answers is
recorded in another. A crash in between leaves a payout `sending`, whose order is told again: see `orders.py`.
"""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.ids import encode
from market.ledger import rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.ledger.queries import balance, is_posted
from market.money import Micros, format_micros, to_cents, whole_cents_down
from market.payments import events, stopping
from market.payments.models import Payout
from market.payments.orders import Arrived, Failed, Order, Progress, ShortOfFunds, Underway
from market.payments.rails import rail_for
from market.payments.states import PAYOUT, PayoutState
from market.work.operations import enqueue

SEND = "send_payout"
WHILE_STOPPED = timedelta(minutes=5)


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


class NotPaidYet(DomainError):
    """Something is said to have come back of a payout that has not been paid."""

    code = "payout_not_paid"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Find out first what became of the payout."
    retryable = True


@transaction.atomic
def request_payout(*, scout: Account, at: datetime, amount_micros: int | None = None) -> Payout:
    """Set money aside and have it sent: all that is available in whole cents, or an amount of it."""
    if scout.kind != Account.Kind.SCOUT:
        raise ScoutsOnly("Only scouts are paid out.")
    rail = rail_for(scout.mode)
    destination = rail.destination(scout.id)
    amount = _amount(scout, amount_micros)
    if amount < rail.least_micros:
        raise NothingToPayOut(f"A payout is at least {format_micros(rail.least_micros)}.", param="/amount")
    Account.objects.select_for_update(no_key=True).get(pk=scout.pk)  # what is asked at once is counted one by one
    cost = rail.cost(scout_id=scout.id, amount_micros=amount, at=at)
    if cost >= amount:
        raise NothingToPayOut(f"Paying this out would cost {format_micros(cost)}.", param="/amount")
    now = scout.time_of(at)
    payout = Payout.objects.create(
        scout=scout,
        mode=scout.mode,
        rail=rail.name,
        destination=destination,
        amount_micros=amount,
        cost_micros=cost,
        requested_at=now,
    )
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
    payout = _locked(payout_id)
    told_before = payout.state == PayoutState.SENDING
    if payout.state in (PayoutState.REQUESTED, PayoutState.SHORT_OF_FUNDS):
        now = payout.scout.time_of(at)
        PAYOUT.move(
            Payout.objects.filter(pk=payout_id),
            source=PayoutState(payout.state),
            to=PayoutState.SENDING,
            sending_at=now,
        )
        payout.sending_at = now
        if payout.attempt == 1:
            events.PAYOUT_SENDING.tell(payout.scout_id, now, **_told(payout))
    elif not told_before:
        return None
    assert payout.sending_at is not None
    return Order(
        payout_id=payout.id,
        scout_id=payout.scout_id,
        amount_micros=Micros(payout.sent_micros),
        sending_at=payout.sending_at,
        destination=payout.destination,
        attempt=payout.attempt,
        told_before=told_before,
    )


@transaction.atomic
def record_progress(*, payout_id: UUID, attempt: int, progress: Progress, at: datetime) -> None:
    """What the rail said of an attempt. Recorded again, it changes nothing; nor does what an earlier attempt met."""
    payout = _locked(payout_id)
    if payout.state != PayoutState.SENDING or isinstance(progress, Underway):
        return
    if payout.attempt != attempt and not isinstance(progress, Arrived):
        return
    if isinstance(progress, ShortOfFunds):
        _change(payout, PayoutState.SHORT_OF_FUNDS, attempt=payout.attempt + 1)
        if payout.attempt == 1:
            events.PAYOUT_DELAYED.tell(payout.scout_id, payout.scout.time_of(at), **_told(payout))
        return
    book, amount = Book.of(payout.mode), payout.amount_micros
    if isinstance(progress, Arrived):
        _end(payout, PayoutState.PAID, at=at, reference=progress.reference)
        entry = rules.finish_payout(
            book=book,
            scout_id=payout.scout_id,
            payout_id=payout.id,
            amount_micros=amount,
            cost_micros=payout.cost_micros,
        )
        events.PAYOUT_PAID.tell(payout.scout_id, payout.scout.time_of(at), **_told(payout))
    else:
        _end(payout, progress.state, at=at, failure=progress.reason, explanation=progress.explanation)
        entry = rules.return_payout(book=book, scout_id=payout.scout_id, payout_id=payout.id, amount_micros=amount)
        _tell_failed(payout, progress, at=at)
    post([entry], at=at)


@transaction.atomic
def record_return(*, payout_id: UUID, reversal: str, amount_micros: int, at: datetime) -> None:
    """What was paid came back, or some of it; `reversal` is the rail's own id of that. Recorded again, nothing."""
    payout = _locked(payout_id)
    if payout.state not in (PayoutState.PAID, PayoutState.RETURNED):
        raise NotPaidYet("This payout has not been paid, so nothing of it can come back.")
    if is_posted(rules.return_key(payout.id, reversal)):
        return  # before it is asked what is left: with the last of it the cost comes back too
    returned = payout.returned_micros + amount_micros
    is_all = returned == payout.sent_micros
    cost_back = payout.cost_micros if is_all else 0  # nothing of it arrived, so it costs nothing
    entry = rules.take_back_paid_payout(
        book=Book.of(payout.mode),
        scout_id=payout.scout_id,
        payout_id=payout.id,
        reversal=reversal,
        amount_micros=amount_micros,
        cost_micros=cost_back,
    )
    post([entry], at=at)
    rows = Payout.objects.filter(pk=payout.pk)
    if is_all:
        PAYOUT.move(rows, source=PayoutState.PAID, to=PayoutState.RETURNED, returned_micros=returned)
    else:
        rows.update(returned_micros=returned)
    told = {**_told(payout), "amount": format_micros(amount_micros + cost_back)}
    events.PAYOUT_RETURNED.tell(payout.scout_id, payout.scout.time_of(at), **told)


def send_payout(*, payout_id: UUID, at: datetime) -> datetime | None:
    """Ask the rail. Answers when to ask again, or None when it has ended."""
    if stopping.is_stopped(Payout.objects.values_list("mode", flat=True).get(pk=payout_id)):
        return at + WHILE_STOPPED
    order = begin_sending(payout_id=payout_id, at=at)
    if order is None:
        return None
    scout = Account.objects.get(pk=order.scout_id)
    progress = rail_for(scout.mode).move(order, at=scout.time_of(at))
    record_progress(payout_id=payout_id, attempt=order.attempt, progress=progress, at=at)
    match progress:
        case Underway(look_again_at):
            return look_again_at - scout.clock_ahead
        case ShortOfFunds(again_at):
            return again_at - scout.clock_ahead
        case _:
            return None


def _locked(payout_id: UUID) -> Payout:
    return Payout.objects.select_related("scout").select_for_update(of=("self",)).get(pk=payout_id)


def _amount(scout: Account, asked_micros: int | None) -> int:
    if asked_micros is not None:
        to_cents(asked_micros)
        return asked_micros
    available = balance(rules.scout_available(Book(scout.mode), scout.id))  # type: ignore[arg-type]
    return whole_cents_down(available)


def _end(payout: Payout, to: PayoutState, *, at: datetime, **changes: str) -> None:
    _change(payout, to, ended_at=payout.scout.time_of(at), **changes)


def _change(payout: Payout, to: PayoutState, **changes: object) -> None:
    PAYOUT.move(Payout.objects.filter(pk=payout.pk), source=PayoutState.SENDING, to=to, **changes)
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
        "cost": format_micros(payout.cost_micros),
        "rail": payout.rail,
    }
