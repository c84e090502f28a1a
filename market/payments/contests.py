"""A card's holder contests a payment at their bank: the agent is frozen, what is open is cancelled, the money debited.

The bank takes the amount from us at once, and decides in weeks. What the agent has is debited, the rest is owed;
scouts who have earned keep their pay. Found for us, it comes back; until nothing is owed, the agent stays frozen.
"""

from datetime import datetime
from typing import Final

from django.db import transaction

from market.accounts.models import Account, Agent
from market.ids import new_id
from market.ledger import charges, queries, rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import from_cents, whole_cents_down
from market.payments import inbox, stripe_gateway
from market.payments.models import ChargeDispute, Payment, StripeEvent
from market.payments.stripe_words import Contested, Transaction
from market.work.operations import enqueue

# The bounties' own work, done by their room: this one knows no bounty.
CANCEL_OPEN: Final = "cancel_open_bounties"
_WARNINGS: Final = "warning"
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
    payment = Payment.objects.filter(pk=found.payment_id).first()
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
    kept.save(update_fields=["state", "answer_by_at", "decided_at"])
    for each in found.transactions:
        _post(payment, each, at)
    if kept.decided_at is None and not found.state.startswith(_WARNINGS):
        _freeze(agent, at)
    collect(agent=agent, at=at)


def _post(payment: Payment, moved: Transaction, at: datetime) -> None:
    book, agent_id = Book.of(payment.mode), payment.agent_id
    entry_key = f"{'contested' if moved.amount_cents < 0 else 'reinstated'}:{moved.id}"
    if queries.is_posted(entry_key):
        return
    amount = from_cents(abs(moved.amount_cents))
    # What the card was charged for the processing was never the agent's.
    share = min(amount, payment.amount_micros)
    if moved.amount_cents < 0:
        available = queries.balance(rules.agent_available(book, agent_id))
        given = whole_cents_down(min(available, share))
        entry = charges.contest(
            book=book,
            agent_id=agent_id,
            transaction=moved.id,
            given_micros=given,
            owed_micros=share - given,
            loss_micros=amount - share,
            fee_micros=from_cents(moved.fee_cents),
        )
    else:
        paid_off = min(owed(agent_id, payment.mode), share)
        entry = charges.reinstate(
            book=book,
            agent_id=agent_id,
            transaction=moved.id,
            back_micros=share - paid_off,
            paid_off_micros=paid_off,
            loss_micros=amount - share,
        )
    post([entry], at=at)


def owed(agent_id: object, mode: str) -> int:
    return -queries.balance(charges.agent_receivable(Book.of(mode), agent_id))  # type: ignore[arg-type]


def _freeze(agent: Account, at: datetime) -> None:
    """Its keys may only read, and what nobody has claimed of its bounties is cancelled."""
    if Agent.objects.filter(account=agent, frozen_at=None).update(frozen_at=at):
        enqueue(kind=CANCEL_OPEN, subject=str(agent.id))


@transaction.atomic
def collect(*, agent: Account, at: datetime) -> None:
    """Take what is owed from what is there by now; owing nothing, with nothing contested, it is free again."""
    Account.objects.select_for_update(no_key=True).get(pk=agent.id)
    book = Book.of(agent.mode)
    debt = owed(agent.id, agent.mode)
    taken = min(debt, queries.balance(rules.agent_available(book, agent.id)))
    if taken > 0:
        post([charges.collect(book=book, agent_id=agent.id, occasion=new_id(), amount_micros=taken)], at=at)
    running = ChargeDispute.objects.filter(agent=agent, decided_at=None).exclude(state__startswith=_WARNINGS)
    if debt == taken and not running.exists():
        Agent.objects.filter(account=agent).exclude(frozen_at=None).update(frozen_at=None)


def sweep(*, at: datetime) -> None:
    """Of frozen agents: what came back from bounties since is taken for what they owe."""
    for agent in Agent.objects.select_related("account").exclude(frozen_at=None):
        collect(agent=agent.account, at=at)
