"""Balance that was never spent goes back to the card it came from, and nowhere else.

The money is set aside and the work written in one transaction; Stripe is asked with none open; what it answers is
recorded in another. Whether Stripe has done it is asked under the same key for as long as that key lives, and looked up
afterwards. A refund that a bank sends back later is the agent's balance again.

Some are made at Stripe, in its dashboard or by itself, and nobody here had asked: what the agent has is debited, and
what it has spent already it owes.
"""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Sum

from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.ids import decode, encode
from market.ledger import charges, rules
from market.ledger.operations import post
from market.ledger.postings import Book, NewEntry
from market.money import format_micros, from_cents, to_cents
from market.payments import debts, events, inbox, stripe_gateway, top_ups
from market.payments.models import Payment, Refund, StripeEvent
from market.payments.states import REFUND, RefundState
from market.payments.stripe_words import BalanceTooLow, KeyConflict, RefundAsked, Refused, Unwelcome
from market.work.operations import enqueue
from market.work.registry import TryLater

SEND = "send_refund"
PREFIX = "rfd"
# Stripe keeps a key for a day at least. Older than this, what became of it is looked up instead of asked again.
KEY_LIVES = timedelta(hours=20)
PAUSE = timedelta(hours=1)
# A refund that Stripe has not booked yet is looked at again soon.
BOOKED_WITHIN = timedelta(seconds=20)
# One that is on its way may be so for weeks: a bank takes its time, or whoever paid has to say where it should go.
LOOKED_AT_AGAIN = timedelta(hours=12)
_GONE = ("failed", "canceled")

log = structlog.get_logger(__name__)


class NothingToRefund(DomainError):
    """More was asked back than has come by card and is left of it."""

    code = "nothing_to_refund"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Ask for no more than what was paid by card and has neither been spent nor paid back."


def refundable(agent_id: UUID) -> int:
    """What came by card and has not gone back, whether or not it has been spent."""
    return sum(left for _, left in _left(agent_id))


@transaction.atomic
def ask_refund(*, agent: Account, amount_micros: int, at: datetime) -> list[Refund]:
    """Set it aside and have it sent: to the newest payments first, to each no more than it was."""
    stripe_gateway.require_open()
    to_cents(amount_micros, param="/amount")
    Account.objects.select_for_update(no_key=True).get(pk=agent.id)  # the queue for refunds asked at once
    if debts.is_frozen(agent.id):
        debts.collect(agent=agent, at=at)
    parts, missing = [], amount_micros
    for payment, left in _left(agent.id):
        if missing > 0:
            parts.append((payment, min(left, missing)))
            missing -= parts[-1][1]
    if amount_micros <= 0 or missing > 0:
        most = format_micros(amount_micros - missing if amount_micros > 0 else refundable(agent.id))
        raise NothingToRefund(f"At most {most} can be paid back to the cards it came from.", param="/amount")
    return [_reserve(agent, payment, part, at) for payment, part in parts]


def _left(agent_id: UUID) -> list[tuple[Payment, int]]:
    payments = Payment.objects.filter(agent_id=agent_id).order_by("-paid_at", "-id")
    return [(each, each.amount_micros - each.refunded_micros) for each in payments]


def _reserve(agent: Account, payment: Payment, amount_micros: int, at: datetime) -> Refund:
    refund = Refund.objects.create(
        payment=payment, agent=agent, mode=agent.mode, amount_micros=amount_micros, asked_at=at
    )
    _count(payment.id)
    book = Book.of(agent.mode)
    post([rules.refund(book=book, agent_id=agent.id, refund_id=refund.id, amount_micros=amount_micros)], at=at)
    enqueue(kind=SEND, subject=str(refund.id))
    return refund


def _count(payment_id: str) -> None:
    """How much of a payment has gone back, or is on its way. What is asked for here and made at Stripe at the same time
    may be more than it was: one of them fails then.
    """
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    going = Refund.objects.filter(payment=payment).exclude(state=RefundState.FAILED)
    sum_micros = going.aggregate(micros=Sum(F("amount_micros") - F("house_micros"), default=0))["micros"]
    payment.refunded_micros = min(payment.amount_micros, sum_micros)
    payment.save(update_fields=["refunded_micros"])


def send_refund(*, refund_id: UUID, at: datetime) -> None:
    """Ask Stripe. What stays unclear is raised, and asked again under the same key; what is on its way is looked at
    again, in case no webhook tells how it ends.
    """
    refund = _begin(refund_id, at)
    if refund is None:
        return
    found = stripe_gateway.refund(refund.reference) if refund.reference else _ask(refund, at)
    if found is None:
        return
    record_refund(refund_id=refund_id, found=found, at=at)
    if _is_underway(found):
        raise TryLater(at + LOOKED_AT_AGAIN, "the refund is on its way")


def _ask(refund: Refund, at: datetime) -> RefundAsked | None:
    """None: refused, and recorded as that."""
    assert refund.sending_at is not None
    outside = encode(PREFIX, refund.id)
    if at - refund.sending_at >= KEY_LIVES:
        found = _look_up(refund)
        if found is not None:
            return found
        refund = _begin_anew(refund, at)
    try:
        return stripe_gateway.make_refund(
            payment_id=refund.payment_id,
            amount_cents=to_cents(refund.amount_micros),
            metadata={"refund": outside},
            key=f"refund:{outside}:{refund.attempt}",
        )
    except (BalanceTooLow, Unwelcome) as trouble:
        # Not the owner's fault, and kept under this key at Stripe: another attempt, later.
        _begin_anew(refund, at)
        raise TryLater(at + PAUSE, trouble.message) from trouble
    except KeyConflict:
        found = _look_up(refund)
        if found is None:
            raise
        return found
    except Refused as refusal:
        fail(refund_id=refund.id, why=refusal.code or "refused", at=at)
        return None


@transaction.atomic
def _begin(refund_id: UUID, at: datetime) -> Refund | None:
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state == RefundState.REQUESTED:
        REFUND.move(Refund.objects.filter(pk=refund_id), source=RefundState.REQUESTED, to=RefundState.SENDING)
        refund.state, refund.sending_at = RefundState.SENDING, at
        refund.save(update_fields=["sending_at"])
    return refund if refund.state == RefundState.SENDING else None


def _begin_anew(refund: Refund, at: datetime) -> Refund:
    refund.attempt, refund.sending_at = refund.attempt + 1, at
    refund.save(update_fields=["attempt", "sending_at"])
    return refund


def _look_up(refund: Refund) -> RefundAsked | None:
    mine = encode(PREFIX, refund.id)
    made = stripe_gateway.refunds_of(refund.payment_id)
    return next((each for each in made if each.metadata.get("refund") == mine), None)


@transaction.atomic
def record_refund(*, refund_id: UUID, found: RefundAsked, at: datetime) -> None:
    """What Stripe says. Forward only: recorded again, it changes nothing."""
    rows = Refund.objects.filter(pk=refund_id)
    booked = found.transaction.id if found.transaction else ""
    if found.state in _GONE:
        # What had left before it came back is known by its name at Stripe, also where nobody had heard that it left.
        rows.filter(transaction_id="").update(reference=found.id, transaction_id=booked)
        fail(refund_id=refund_id, why=found.failure or found.state, at=at)
        return
    if _is_underway(found):
        rows.filter(state=RefundState.SENDING).update(reference=found.id, transaction_id=booked)
        return
    REFUND.move(
        rows, source=RefundState.SENDING, to=RefundState.PAID, ended_at=at, reference=found.id, transaction_id=booked
    )


def _is_underway(found: RefundAsked) -> bool:
    """Stripe has begun, and the card does not have it: pending, or waiting for what whoever paid has to do."""
    return found.state != "succeeded" and found.state not in _GONE


@transaction.atomic
def fail(*, refund_id: UUID, why: str, at: datetime) -> None:
    """It did not leave, or came back: the agent has its balance again."""
    refund = Refund.objects.select_related("agent").select_for_update(of=("self",)).get(pk=refund_id)
    sent = [RefundState.SENDING, RefundState.PAID]
    rows = Refund.objects.filter(pk=refund_id)
    if not REFUND.move(rows, source=sent, to=RefundState.FAILED, ended_at=at, failure=why[:60]):
        return
    _count(refund.payment_id)
    post([_returned(refund)], at=at)
    debts.ask_to_collect(refund.agent_id)
    amount = format_micros(refund.amount_micros - refund.house_micros)
    events.REFUND_FAILED.tell(refund.agent_id, at, refund=encode(PREFIX, refund.id), amount=amount)


def _returned(refund: Refund) -> NewEntry:
    book, share = Book.of(refund.mode), refund.amount_micros - refund.house_micros
    if not refund.is_outside:
        return rules.return_refund(
            book=book, agent_id=refund.agent_id, refund_id=refund.id, amount_micros=refund.amount_micros
        )
    paid_off = min(debts.owed(refund.agent_id, refund.mode), share)
    return charges.return_outside(
        book=book,
        agent_id=refund.agent_id,
        refund_id=refund.id,
        back_micros=share - paid_off,
        paid_off_micros=paid_off,
        house_micros=refund.house_micros,
    )


# --- what Stripe tells, and what was made there -----------------------------------------------------------------------


@inbox.applies("refund.created", "refund.failed", "refund.updated", "charge.refund.updated")
def apply_refund(event: StripeEvent, at: datetime) -> None:
    take_note(reference=event.object_id, at=at)


def take_note(*, reference: str, at: datetime) -> None:
    """Fetch a refund by Stripe's own id, and go on from there."""
    found = stripe_gateway.refund(reference)
    refund_id = decode(PREFIX, found.metadata.get("refund", ""))
    if refund_id is not None and Refund.objects.filter(pk=refund_id).exists():
        record_refund(refund_id=refund_id, found=found, at=at)
    else:
        _take_note_of_outside(found, at)


def _take_note_of_outside(found: RefundAsked, at: datetime) -> None:
    if found.transaction is None:
        if found.state in _GONE:
            return  # it never left
        pause = LOOKED_AT_AGAIN if _is_underway(found) else BOOKED_WITHIN
        raise TryLater(at + pause, "Stripe has not booked the refund yet")
    payment = Payment.objects.filter(pk=found.payment_id).first()
    if payment is None and found.payment_id:  # this was told before the payment itself, or that was never told
        payment = top_ups.credit(payment_id=found.payment_id, at=at)
    if payment is None:
        log.error("a refund of no payment of ours", refund=found.id)
        return
    refund = _keep_outside(payment, found, at)
    if found.state in _GONE:
        fail(refund_id=refund.id, why=found.failure or found.state, at=at)


@transaction.atomic
def _keep_outside(payment: Payment, found: RefundAsked, at: datetime) -> Refund:
    """Debit what the agent has, and let it owe the rest. Kept before, it changes nothing."""
    agent = Account.objects.select_for_update(no_key=True).get(pk=payment.agent_id)  # its debt moves under this
    known = Refund.objects.filter(reference=found.id).first()
    if known is not None:
        return known
    assert found.transaction is not None
    amount = from_cents(found.amount_cents)
    gone = Refund.objects.filter(payment=payment, state=RefundState.PAID)
    gone_micros = gone.aggregate(micros=Sum(F("amount_micros") - F("house_micros"), default=0))["micros"]
    # What the card was charged beyond the balance was never the agent's.
    share = max(0, min(amount, payment.amount_micros - gone_micros))
    given, owing = debts.split(agent, share)
    refund = Refund.objects.create(
        payment=payment,
        agent=agent,
        mode=payment.mode,
        state=RefundState.PAID,
        is_outside=True,
        amount_micros=amount,
        house_micros=amount - share,
        owed_micros=owing,
        asked_at=at,
        sending_at=at,
        ended_at=at,
        reference=found.id,
        transaction_id=found.transaction.id,
    )
    _count(payment.id)
    entry = charges.refund_outside(
        book=Book.of(refund.mode),
        agent_id=agent.id,
        refund_id=refund.id,
        given_micros=given,
        owed_micros=owing,
        house_micros=refund.house_micros,
    )
    post([entry], at=at)
    if owing:
        debts.freeze(agent, at)
        debts.collect(agent=agent, at=at)
    deposit = encode(top_ups.PREFIX, payment.top_up_id)
    events.DEPOSIT_REFUNDED.tell(agent.id, at, deposit=deposit, amount=format_micros(share), owed=format_micros(owing))
    return refund
