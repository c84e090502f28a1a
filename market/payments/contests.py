"""A card's holder contests a payment at their bank: the agent is frozen, what is open is cancelled, the money debited.

The bank takes the amount from us at once, and decides in weeks. What the agent has is debited, the rest is owed;
scouts who have earned keep their pay. Found for us, it comes back; until nothing is owed, the agent stays frozen.
Every operator has a letter, because only a person can answer the bank, and only until a certain day.
"""

from datetime import UTC, datetime
from typing import Final

import structlog
from django.db import transaction
from django.urls import reverse

from market.accounts.models import Account
from market.ids import encode
from market.ledger import charges, queries
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import format_micros, from_cents
from market.payments import debts, events, inbox, stripe_gateway, top_ups
from market.payments.alerts import tell_operators
from market.payments.models import ChargeDispute, Payment, StripeEvent
from market.payments.stripe_words import Contested, Transaction
from market.work.operations import enqueue

ALERT: Final = "alert_of_contest"
_DECIDED: Final = ("won", "lost", "prevented", "warning_closed")

log = structlog.get_logger(__name__)


@inbox.applies(
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
)
def apply_contest(event: StripeEvent, at: datetime) -> None:
    contest(dispute_id=event.object_id, at=at)


def contest(*, dispute_id: str, at: datetime) -> None:
    found = stripe_gateway.contested(dispute_id)
    if not found.payment_id:
        return
    payment = Payment.objects.filter(pk=found.payment_id).first()
    if payment is None:  # this was told before the payment itself, or that was never told
        payment = top_ups.credit(payment_id=found.payment_id, at=at)
    if payment is not None:
        record(payment=payment, found=found, at=at)


@transaction.atomic
def record(*, payment: Payment, found: Contested, at: datetime) -> None:
    """What Stripe says of it now. Each movement posts once, under its own id; told again, nothing more happens."""
    agent = Account.objects.select_for_update(no_key=True).get(pk=payment.agent_id)  # its debt moves under this
    kept, is_new = ChargeDispute.objects.get_or_create(
        pk=found.id,
        defaults={
            "payment": payment,
            "agent": agent,
            "mode": payment.mode,
            "amount_micros": from_cents(found.amount_cents),
            "reason": found.reason[:60],
            "opened_at": at,
        },
    )
    # A bank that has only asked so far may take the money after all: that is news once more.
    is_news = is_new or (_only_asks(kept.state) and not _only_asks(found.state))
    kept.state, kept.answer_by_at = found.state[:30], found.answer_by
    kept.decided_at = (kept.decided_at or at) if found.state in _DECIDED else None
    # What the card was charged beyond the balance, or has back already, is not the agent's to give.
    most = max(0, payment.amount_micros - from_cents(found.refunded_cents))
    for each in found.transactions:
        _post(kept, agent, each, most_micros=most, at=at)
    kept.save()
    if kept.decided_at is None and not _only_asks(found.state):
        debts.freeze(agent, at)
    debts.collect(agent=agent, at=at)
    if is_news:
        log.warning("payment_contested", dispute=kept.id, payment=payment.id, state=kept.state)
        enqueue(kind=ALERT, subject=kept.id)


def _only_asks(state: str) -> bool:
    return state.startswith(debts.INQUIRY)


def alert(*, dispute_id: str) -> None:
    kept = ChargeDispute.objects.select_related("agent__agent").get(pk=dispute_id)
    of = f"a payment of {format_micros(kept.payment.amount_micros)} for {kept.agent.agent.name}"
    if _only_asks(kept.state):
        what = f"The bank asks about {of}. It has taken nothing yet."
    else:
        what = f"The holder of a card contests {of}. The bank has taken {format_micros(kept.amount_micros)} back."
    if kept.decided_at is not None:
        until = "It is decided already: nobody had told us in time."
    elif kept.answer_by_at is None:
        until = "Look at Stripe's page of it for the time until which it can be answered."
    else:
        until = f"Answer on Stripe's page of it until {kept.answer_by_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC."
    lines = [what, f"The reason that is given: {kept.reason or 'none'}.", until]
    tell_operators(subject="a payment is contested", lines=lines, path=reverse("ops_charges"))


def _post(kept: ChargeDispute, agent: Account, moved: Transaction, *, most_micros: int, at: datetime) -> None:
    """One movement of our balance: the bank takes, or gives back. What came back goes to whoever bore it."""
    is_taken = moved.net_cents < 0
    if queries.is_posted(f"{'contested' if is_taken else 'reinstated'}:{moved.id}") or moved.net_cents == 0:
        return
    book, amount, fee = Book.of(kept.mode), from_cents(abs(moved.amount_cents)), from_cents(moved.fee_cents)
    if is_taken:
        share = min(amount, most_micros)
        given, owing = debts.split(agent, share)
        entry = charges.contest(
            book=book,
            agent_id=agent.id,
            transaction=moved.id,
            given_micros=given,
            owed_micros=owing,
            loss_micros=amount - share,
            fee_micros=fee,
        )
        deposit = encode(top_ups.PREFIX, kept.payment.top_up_id)
        told = {"amount": format_micros(share), "owed": format_micros(owing)}
        events.DEPOSIT_CONTESTED.tell(agent.id, at, deposit=deposit, **told)
    else:
        share = min(amount, kept.agent_micros)
        paid_off = min(debts.owed(agent.id, kept.mode), share)
        entry = charges.reinstate(
            book=book,
            agent_id=agent.id,
            transaction=moved.id,
            back_micros=share - paid_off,
            paid_off_micros=paid_off,
            loss_micros=amount - share,
            fee_micros=-fee,
        )
    post([entry], at=at)
    sign = 1 if is_taken else -1
    kept.agent_micros += sign * share
    kept.house_micros += sign * (amount - share) + fee
