"""A card's holder contests a payment at their bank: the agent is frozen, what is open is cancelled, the money debited.

The bank takes the amount from us at once, and decides in weeks. What the agent has is debited, the rest is owed;
scouts who have earned keep their pay. Found for us, it comes back; until nothing is owed, the agent stays frozen.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from market.accounts.models import Account
from market.ids import encode
from market.ledger import charges, queries
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import format_micros, from_cents
from market.payments import debts, events, inbox, stripe_gateway, top_ups
from market.payments.models import ChargeDispute, Payment, StripeEvent
from market.payments.stripe_words import Contested, Transaction

_DECIDED: Final = ("won", "lost", "prevented", "warning_closed")


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
    kept, _ = ChargeDispute.objects.get_or_create(
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
    kept.state, kept.answer_by_at = found.state[:30], found.answer_by
    kept.decided_at = (kept.decided_at or at) if found.state in _DECIDED else None
    # What the card was charged beyond the balance, or has back already, is not the agent's to give.
    most = max(0, payment.amount_micros - from_cents(found.refunded_cents))
    for each in found.transactions:
        _post(kept, agent, each, most_micros=most, at=at)
    kept.save()
    if kept.decided_at is None and not found.state.startswith(debts.INQUIRY):
        debts.freeze(agent, at)
    debts.collect(agent=agent, at=at)


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
