"""Live money in: a top-up is asked for, paid at Stripe by the agent's owner, and credited from what Stripe says.

Nothing is credited because a browser came back. The payment is fetched, and posts once under its own id, whether a
webhook, a look of ours or both found it. Saved cards and topping up by itself stand in `automatic.py`.
"""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from market.accounts.models import Account, Agent
from market.errors import DomainError, Kind
from market.ids import decode, encode
from market.ledger import rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import MICROS_PER_DOLLAR, Micros, format_micros, from_cents, to_cents
from market.payments import inbox, stripe_gateway
from market.payments.fees import CardRate
from market.payments.models import Payment, StripeEvent, TopUp
from market.payments.states import TOP_UP, TopUpState
from market.payments.stripe_words import Checkout, PaymentAsked
from market.work.registry import TryLater

log = structlog.get_logger(__name__)

LEAST_MICROS = Micros(25 * MICROS_PER_DOLLAR)
LARGEST_MICROS = Micros(5_000 * MICROS_PER_DOLLAR)
PREFIX = "dep"
# A payment that Stripe has not booked yet is looked at again soon.
BOOKED_WITHIN = timedelta(seconds=20)


class TopUpOutOfBounds(DomainError):
    """Less than a top-up may be, or more at once."""

    code = "top_up_out_of_bounds"
    fix = f"Ask for {format_micros(LEAST_MICROS)} to {format_micros(LARGEST_MICROS)} at once."


class OwnerNeeded(DomainError):
    """Nobody answers for this agent, so that nobody could pay."""

    code = "owner_needed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Have a person claim the agent by its claim link first."


class NothingToPay(DomainError):
    """This top-up is paid, or can no longer be."""

    code = "nothing_to_pay"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Look at the balance; ask for a new top-up if more is needed."


def card_rate() -> CardRate:
    return CardRate(settings.CARD_FEE_BASIS_POINTS, settings.CARD_FEE_FIXED_MICROS)


def surcharge_on(amount_micros: int) -> Micros:
    """What the owner pays besides, where owners bear the processing in this house."""
    return card_rate().on_top_of(amount_micros) if settings.PROCESSING_PAID_BY == "owner" else Micros(0)


@transaction.atomic
def ask_top_up(*, agent: Account, amount_micros: int, at: datetime, saves_card: bool = False) -> TopUp:
    """Write down that money is wanted. Nobody has been charged for anything yet."""
    stripe_gateway.require_open()
    to_cents(amount_micros, param="/amount")
    if not LEAST_MICROS <= amount_micros <= LARGEST_MICROS:
        raise TopUpOutOfBounds(f"A top-up is at least {format_micros(LEAST_MICROS)}.", param="/amount")
    if not Agent.objects.filter(account=agent, owner__isnull=False).exists():
        raise OwnerNeeded("This agent has no owner who could pay.")
    return TopUp.objects.create(
        agent=agent,
        mode=agent.mode,
        way=TopUp.Way.CHECKOUT,
        amount_micros=amount_micros,
        surcharge_micros=surcharge_on(amount_micros),
        saves_card=saves_card,
        asked_at=at,
    )


# --- the payment page -------------------------------------------------------------------------------------------------


def open_checkout(*, top_up_id: UUID, return_address: str, at: datetime) -> str:
    """Where the owner pays now. Asked for again while a page is open, it is the same page."""
    top_up = _begin_attempt(top_up_id, at)
    if top_up.session_url:
        return top_up.session_url
    agent = Agent.objects.select_related("owner").get(pk=top_up.agent_id)
    metadata = {"deposit": encode(PREFIX, top_up.id)}
    lines = [("Balance of the agent " + agent.name, top_up.amount_micros)]
    if top_up.surcharge_micros:
        lines.append(("Card processing", top_up.surcharge_micros))
    made = stripe_gateway.make_checkout(
        {
            "mode": "payment",
            "line_items": [
                {
                    "quantity": 1,
                    "price_data": {
                        "currency": "usd",
                        "unit_amount": to_cents(micros),
                        "product_data": {"name": name},
                    },
                }
                for name, micros in lines
            ],
            "allowed_payment_method_types": ["card"],
            "customer_creation": "always",
            "customer_email": agent.owner.email if agent.owner else "",
            "payment_intent_data": {
                "metadata": metadata,
                "capture_method": "automatic",
                "receipt_email": agent.owner.email if agent.owner else "",
                "description": f"Top-up of {agent.name}",
            },
            "metadata": metadata,
            "client_reference_id": metadata["deposit"],
            "success_url": return_address,
            "cancel_url": return_address,
        },
        key=f"checkout:{metadata['deposit']}:{top_up.attempt}",
    )
    _keep_session(top_up, made)
    return made.url


@transaction.atomic
def _begin_attempt(top_up_id: UUID, at: datetime) -> TopUp:
    """The number of the attempt is kept before Stripe is asked: a crash asks again under the same key."""
    top_up = TopUp.objects.select_for_update().get(pk=top_up_id)
    if top_up.state != TopUpState.AWAITING_PAYMENT or top_up.way != TopUp.Way.CHECKOUT:
        raise NothingToPay("There is nothing to pay here.")
    is_over = top_up.session_ends_at is not None and top_up.session_ends_at <= at
    if top_up.attempt == 0 or is_over:
        top_up.attempt += 1
        top_up.session_id = top_up.session_url = ""
        top_up.session_ends_at = None
        top_up.save(update_fields=["attempt", "session_id", "session_url", "session_ends_at"])
    return top_up


def _keep_session(top_up: TopUp, made: Checkout) -> None:
    TopUp.objects.filter(pk=top_up.pk, attempt=top_up.attempt, session_id="").update(
        session_id=made.id, session_url=made.url, session_ends_at=made.ends_at
    )


# --- money that came --------------------------------------------------------------------------------------------------


@inbox.applies("checkout.session.completed", "checkout.session.async_payment_succeeded")
def apply_checkout(event: StripeEvent, at: datetime) -> None:
    found = stripe_gateway.checkout(event.object_id)
    if found.is_paid and found.payment_id:
        credit(payment_id=found.payment_id, at=at)


@inbox.applies("payment_intent.succeeded")
def apply_payment(event: StripeEvent, at: datetime) -> None:
    credit(payment_id=event.object_id, at=at)


def credit(*, payment_id: str, at: datetime) -> Payment | None:
    """Fetch a payment and give the agent what came. None: it has not come, or is not for a top-up of ours."""
    asked = stripe_gateway.payment(payment_id)
    if asked.state != "succeeded" or asked.charge is None:
        return None
    if asked.charge.transaction is None:
        raise TryLater(at + BOOKED_WITHIN, "Stripe has not booked the payment yet")
    return record_payment(asked=asked, at=at)


@transaction.atomic
def record_payment(*, asked: PaymentAsked, at: datetime) -> Payment | None:
    """Post what Stripe took, once. Recorded before, it changes nothing."""
    charge = asked.charge
    assert charge is not None
    assert charge.transaction is not None
    top_up_id = decode(PREFIX, asked.metadata.get("deposit", ""))
    top_up = TopUp.objects.select_for_update().filter(pk=top_up_id).first() if top_up_id else None
    if top_up is None:
        log.error("a payment that is for no top-up of ours", payment_id=asked.id)
        return None
    known = Payment.objects.filter(pk=asked.id).first()
    if known is not None:
        return known
    paid = from_cents(charge.amount_cents)
    amount = paid - top_up.surcharge_micros
    payment = Payment.objects.create(
        id=asked.id,
        top_up=top_up,
        agent_id=top_up.agent_id,
        mode=top_up.mode,
        amount_micros=amount,
        paid_micros=paid,
        fee_micros=from_cents(charge.transaction.fee_cents),
        charge_id=charge.id,
        transaction_id=charge.transaction.id,
        brand=charge.card.brand,
        last4=charge.card.last4,
        receipt_url=charge.receipt_url,
        paid_at=at,
    )
    entry = rules.top_up(
        book=Book.of(top_up.mode),
        agent_id=top_up.agent_id,
        payment=payment.id,
        amount_micros=amount,
        paid_micros=paid,
        fee_micros=payment.fee_micros,
    )
    post([entry], at=at)
    unpaid = [TopUpState.AWAITING_PAYMENT, TopUpState.FAILED, TopUpState.EXPIRED]
    TOP_UP.move(TopUp.objects.filter(pk=top_up.pk), source=unpaid, to=TopUpState.SUCCEEDED, ended_at=at, failure="")
    return payment
