"""Live money in: a top-up is asked for, paid at Stripe by the agent's owner, and credited from what Stripe says.

Nothing is credited because a browser came back. The payment is fetched, and posts once under its own id, whether a
webhook, a look of ours or both found it. Saved cards and topping up by itself stand in `automatic.py`.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from market.accounts.models import Account, Agent
from market.errors import DomainError, Kind
from market.ids import decode, encode
from market.ledger import rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import MICROS_PER_DOLLAR, Micros, format_micros, from_cents, to_cents
from market.payments import debts, events, inbox, stripe_gateway
from market.payments.fees import CardRate
from market.payments.models import Payment, SavedCard, StripeEvent, TopUp
from market.payments.states import TOP_UP, TopUpState
from market.payments.stripe_words import Checkout, KeyConflict, PaymentAsked, RateLimited, Unanswered, Unclear
from market.work.operations import enqueue
from market.work.registry import TryLater

log = structlog.get_logger(__name__)

LEAST_MICROS = Micros(25 * MICROS_PER_DOLLAR)
LARGEST_MICROS = Micros(5_000 * MICROS_PER_DOLLAR)
PREFIX = "dep"
# How long a top-up waits for its owner.
WAITS_FOR = timedelta(days=7)
LOOK = "look_at_top_up"
DAY = timedelta(days=1)
# How long after its first payment an agent counts as new.
NEW_FOR = timedelta(days=30)
# Stripe keeps an idempotency key for a day at least. Older than this, what became of it is looked up.
KEY_LIVES = timedelta(hours=20)
# A payment that Stripe has not booked yet is looked at again soon.
BOOKED_WITHIN = timedelta(seconds=20)


class TopUpOutOfBounds(DomainError):
    """Less than a top-up may be, or more at once."""

    code = "top_up_out_of_bounds"
    fix = f"Ask for {format_micros(LEAST_MICROS)} to {format_micros(LARGEST_MICROS)} at once."


class TopUpsTooFast(DomainError):
    """More than an agent may take in within a day."""

    code = "top_ups_too_fast"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Ask for less, or later; an agent that has been paid for before may take in more."


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


def check_amount(amount_micros: int) -> None:
    to_cents(amount_micros, param="/amount")
    if not LEAST_MICROS <= amount_micros <= LARGEST_MICROS:
        raise TopUpOutOfBounds(f"A top-up is at least {format_micros(LEAST_MICROS)}.", param="/amount")


@transaction.atomic
def ask_top_up(*, agent: Account, amount_micros: int, at: datetime, saves_card: bool = False) -> TopUp:
    """Write down that money is wanted. Nobody has been charged for anything yet."""
    stripe_gateway.require_open()
    check_amount(amount_micros)
    if not Agent.objects.filter(account=agent, owner__isnull=False).exists():
        raise OwnerNeeded("This agent has no owner who could pay.")
    check_velocity(agent, amount_micros, at)
    return TopUp.objects.create(
        agent=agent,
        mode=agent.mode,
        way=TopUp.Way.CHECKOUT,
        amount_micros=amount_micros,
        surcharge_micros=surcharge_on(amount_micros),
        saves_card=saves_card,
        asked_at=at,
    )


def check_velocity(agent: Account, amount_micros: int, at: datetime) -> None:
    """No more than so much a day: a stolen card is emptied fast. What waits to be paid counts too."""
    Account.objects.select_for_update(no_key=True).get(pk=agent.id)  # the queue for what is asked at once
    limit = daily_limit(first_paid_at(agent.id), at=at)
    lately = TopUp.objects.filter(agent=agent, asked_at__gt=at - DAY).exclude(
        state__in=[TopUpState.FAILED, TopUpState.EXPIRED]
    )
    so_far = sum(lately.values_list("amount_micros", flat=True))
    if so_far + amount_micros > limit:
        earliest = min(lately.values_list("asked_at", flat=True), default=None)
        raise TopUpsTooFast(
            f"An agent takes in {format_micros(limit)} in 24 hours; {format_micros(so_far)} of it is asked for.",
            param="/amount",
            retry_at=earliest + DAY if earliest and amount_micros <= limit else None,
        )


def first_paid_at(agent_id: UUID) -> datetime | None:
    return Payment.objects.filter(agent_id=agent_id).order_by("paid_at").values_list("paid_at", flat=True).first()


def daily_limit(first_at: datetime | None, *, at: datetime) -> int:
    """What an agent may take in within a day. One that pays for the first time has a history yet to make."""
    is_new = first_at is None or at - first_at < NEW_FOR
    limit: int = settings.TOP_UPS_A_DAY_NEW_MICROS if is_new else settings.TOP_UPS_A_DAY_MICROS
    return limit


# --- the payment page -------------------------------------------------------------------------------------------------


def open_checkout(*, top_up_id: UUID, return_address: str, at: datetime) -> str:
    """Where the owner pays now. Asked for again while a page is open, it is the same page."""
    top_up = _begin_attempt(top_up_id, at)
    if top_up.session_url:
        return top_up.session_url
    agent = Agent.objects.select_related("owner").get(pk=top_up.agent_id)
    lines = [(f"Balance of the agent {agent.name}", to_cents(top_up.amount_micros))]
    if top_up.surcharge_micros:
        lines.append(("Card processing", to_cents(top_up.surcharge_micros)))
    outside = encode(PREFIX, top_up.id)
    try:
        made = stripe_gateway.make_checkout(
            lines=lines,
            email=agent.owner.email if agent.owner else "",
            description=f"Top-up of {agent.name}",
            metadata={"deposit": outside},
            return_address=return_address,
            saves_card=top_up.saves_card,
            key=f"checkout:{outside}:{top_up.attempt}",
        )
    except (RateLimited, Unanswered):
        raise  # nothing is kept under the key but a page: asked again, it is that one
    except (KeyConflict, Unclear):
        # Stripe keeps its own failures under the key, and another name of the agent is another body. A page that nobody
        # was shown cannot be paid, so the next one may be another.
        TopUp.objects.filter(pk=top_up.pk, attempt=top_up.attempt).update(attempt=F("attempt") + 1)
        raise
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


@transaction.atomic
def ask_to_look(*, top_up_id: UUID) -> None:
    """Have a top-up looked at: its owner came back from paying, and the webhook may be slower, or lost."""
    enqueue(kind=LOOK, subject=str(top_up_id))


def look(*, top_up_id: UUID, at: datetime) -> None:
    """Ask Stripe what became of its payment page, and go on from there."""
    top_up = TopUp.objects.get(pk=top_up_id)
    if top_up.state != TopUpState.AWAITING_PAYMENT or top_up.way != TopUp.Way.CHECKOUT:
        return
    found = stripe_gateway.checkout(top_up.session_id) if top_up.session_id else None
    if found is not None and found.is_paid:
        credit(payment_id=found.payment_id, at=at)
    elif top_up.asked_at + WAITS_FOR <= at and (found is None or found.state == "expired"):
        expire(top_up_id=top_up_id, at=at)


@transaction.atomic
def expire(*, top_up_id: UUID, at: datetime) -> None:
    """Nobody paid. Money that comes all the same is credited all the same."""
    top_up = TopUp.objects.select_for_update().get(pk=top_up_id)
    waiting = TopUp.objects.filter(pk=top_up_id)
    if TOP_UP.move(waiting, source=TopUpState.AWAITING_PAYMENT, to=TopUpState.EXPIRED, ended_at=at):
        events.DEPOSIT_EXPIRED.tell(top_up.agent_id, at, **_told(top_up))


def sweep(*, at: datetime) -> int:
    """Have looked at what waits: pages whose end has come, and asks that nobody answered."""
    waiting = TopUp.objects.filter(state=TopUpState.AWAITING_PAYMENT, way=TopUp.Way.CHECKOUT)
    due = waiting.filter(Q(session_ends_at__lte=at) | Q(asked_at__lte=at - WAITS_FOR))
    ids = list(due.order_by("asked_at").values_list("id", flat=True)[:500])
    for each in ids:
        ask_to_look(top_up_id=each)
    return len(ids)


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


def find_of(asked: PaymentAsked) -> TopUp | None:
    """For which top-up a payment was asked."""
    top_up_id = decode(PREFIX, asked.metadata.get("deposit", ""))
    return TopUp.objects.filter(pk=top_up_id).first() if top_up_id else None


@transaction.atomic
def record_payment(*, asked: PaymentAsked, at: datetime) -> Payment | None:
    """Post what Stripe took, once. Recorded before, it changes nothing."""
    charge = asked.charge
    assert charge is not None
    assert charge.transaction is not None
    wanted = find_of(asked)
    top_up = TopUp.objects.select_for_update().get(pk=wanted.pk) if wanted else None
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
    if top_up.saves_card and asked.customer and asked.method:
        _save_card(payment, asked, at)
    unpaid = [TopUpState.AWAITING_PAYMENT, TopUpState.FAILED, TopUpState.EXPIRED]
    rows = TopUp.objects.filter(pk=top_up.pk)
    TOP_UP.move(rows, source=unpaid, to=TopUpState.SUCCEEDED, ended_at=at, failure="")
    events.DEPOSIT_SUCCEEDED.tell(top_up.agent_id, at, **_told(top_up))
    debts.ask_to_collect(top_up.agent_id)
    return payment


def _save_card(payment: Payment, asked: PaymentAsked, at: datetime) -> None:
    """The newest card that was to be saved stands; what its owner had chosen for topping up stays."""
    SavedCard.objects.update_or_create(
        agent_id=payment.agent_id,
        defaults={
            "mode": payment.mode,
            "customer": asked.customer,
            "method": asked.method,
            "brand": payment.brand,
            "last4": payment.last4,
            "saved_at": at,
            "stopped_because": "",
        },
    )


def _told(top_up: TopUp) -> dict[str, str]:
    return {"deposit": encode(PREFIX, top_up.id), "amount": format_micros(top_up.amount_micros)}


def deposits_of(payment_ids: Iterable[str]) -> dict[str, UUID]:
    """Which top-up each payment was for."""
    return dict(Payment.objects.filter(pk__in=set(payment_ids)).values_list("id", "top_up_id"))
