"""Topping up by itself: below a threshold, with the saved card, up to a cap a month, while nobody is there.

A bank may say no, or want its customer there. Then it stops, the owner gets a letter, and goes on by hand; a card that
was refused once is not tried again by itself.
"""

from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Sum
from django.urls import reverse

from market.accounts.models import Account, Agent
from market.config import config
from market.errors import DomainError, Kind
from market.ids import encode
from market.ledger import queries, rules
from market.ledger.models import LedgerAccount
from market.ledger.postings import Book
from market.mail import Letter, send
from market.money import format_micros, to_cents
from market.payments import debts, events, inbox, stripe_gateway, top_ups
from market.payments.models import SavedCard, StripeEvent, TopUp
from market.payments.states import TOP_UP, TopUpState
from market.payments.stripe_words import Declined, PaymentAsked, Refused
from market.work.operations import enqueue

ASK = "top_up_automatically"
TELL = "tell_card_refused"
FROZEN = "agent_frozen"
_NEEDS_ANOTHER = ("requires_payment_method", "requires_action", "requires_confirmation", "canceled")


class NoCardSaved(DomainError):
    """There is no card to top up with."""

    code = "no_card_saved"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Top up once by hand and have the card saved."


class CapTooLow(DomainError):
    """Not even one top-up a month would be within the cap."""

    code = "cap_too_low"
    fix = "Choose a monthly cap that is at least the amount of one top-up with what its processing costs."


@transaction.atomic
def switch_on(*, agent: Account, threshold_micros: int, amount_micros: int, monthly_cap_micros: int) -> SavedCard:
    card = _card(agent)
    top_ups.check_amount(amount_micros)
    if threshold_micros <= 0:
        raise top_ups.TopUpOutOfBounds("The threshold is above nothing.", param="/threshold")
    if monthly_cap_micros < amount_micros + top_ups.surcharge_on(amount_micros):
        raise CapTooLow("The cap is below a single top-up.", param="/monthly_cap")
    card.threshold_micros, card.amount_micros = threshold_micros, amount_micros
    card.monthly_cap_micros, card.is_on, card.stopped_because = monthly_cap_micros, True, ""
    card.save()
    enqueue(kind=ASK, subject=str(agent.id))
    return card


@transaction.atomic
def switch_off(*, agent: Account) -> None:
    card = _card(agent)
    card.is_on = False
    card.save(update_fields=["is_on"])


def forget_card(*, agent: Account) -> None:
    """Here first, so that nothing more is asked of it; then at Stripe."""
    with transaction.atomic():
        card = _card(agent)
        card.delete()
    try:
        stripe_gateway.forget_card(card.method, key=f"forget:{card.method}")
    except Refused:
        return  # it is not there any more, which is what was wanted


def _card(agent: Account) -> SavedCard:
    card = SavedCard.objects.select_for_update().filter(agent=agent).first()
    if card is None:
        raise NoCardSaved("No card is saved for this agent.")
    return card


def sweep() -> int:
    """Have topped up whoever is below the threshold."""
    low = LedgerAccount.objects.filter(kind="agent_available", mode="live")
    due = 0
    for card in SavedCard.objects.filter(is_on=True):
        if not low.filter(owner_id=card.agent_id, balance_micros__gte=card.threshold_micros).exists():
            with transaction.atomic():
                enqueue(kind=ASK, subject=str(card.agent_id))
            due += 1
    return due


def top_up_automatically(*, agent_id: UUID, at: datetime) -> None:
    top_up = _begin(agent_id, at)
    card = SavedCard.objects.filter(agent_id=agent_id).first()
    if top_up is None or card is None:
        return
    outside = encode(top_ups.PREFIX, top_up.id)
    # A card whose holder contests what it paid is not charged: what a crash left open may only have been before.
    is_frozen = debts.is_frozen(agent_id)
    if is_frozen or at - top_up.asked_at >= top_ups.KEY_LIVES:
        for each in stripe_gateway.payments_of(card.customer):
            if each.metadata.get("deposit") == outside:
                record(top_up_id=top_up.id, found=each, at=at)
                return
        refuse(top_up_id=top_up.id, why=FROZEN if is_frozen else "never_answered", at=at)
        return
    owner = Agent.objects.select_related("owner").get(pk=agent_id).owner
    try:
        made = stripe_gateway.charge_saved_card(
            customer=card.customer,
            method=card.method,
            amount_cents=to_cents(top_up.total_micros),
            metadata={"deposit": outside},
            description="Automatic top-up",
            email=owner.email if owner else "",
            key=f"automatic:{outside}",
        )
    except Declined as declined:
        refuse(top_up_id=top_up.id, why=declined.decline or declined.code, at=at)
        return
    except Refused as refusal:
        refuse(top_up_id=top_up.id, why=refusal.code or "refused", at=at)
        return
    record(top_up_id=top_up.id, found=made, at=at)


@transaction.atomic
def _begin(agent_id: UUID, at: datetime) -> TopUp | None:
    """The top-up to ask for: the one that a crash left, or a new one if it is wanted and within the cap."""
    card = SavedCard.objects.select_for_update().select_related("agent").filter(agent_id=agent_id).first()
    if card is None:
        return None
    mine = TopUp.objects.filter(agent_id=agent_id, way=TopUp.Way.AUTOMATIC)
    begun = mine.filter(state=TopUpState.AWAITING_PAYMENT).first()
    if begun is not None:
        return begun
    if not card.is_on or not stripe_gateway.is_open() or debts.is_frozen(agent_id):
        return None
    assert card.threshold_micros is not None
    assert card.amount_micros is not None
    assert card.monthly_cap_micros is not None
    if queries.balance(rules.agent_available(Book.of(card.mode), agent_id)) >= card.threshold_micros:
        return None
    surcharge = top_ups.surcharge_on(card.amount_micros)
    month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    this_month = mine.filter(asked_at__gte=month).filter(~Q(state=TopUpState.FAILED))
    so_far = this_month.aggregate(micros=Sum("amount_micros", default=0) + Sum("surcharge_micros", default=0))["micros"]
    if so_far + card.amount_micros + surcharge > card.monthly_cap_micros:
        return None
    top_ups.check_velocity(card.agent, card.amount_micros, at)
    return TopUp.objects.create(
        agent_id=agent_id,
        mode=card.mode,
        way=TopUp.Way.AUTOMATIC,
        amount_micros=card.amount_micros,
        surcharge_micros=surcharge,
        asked_at=at,
    )


def record(*, top_up_id: UUID, found: PaymentAsked, at: datetime) -> None:
    """What became of it. On its way is no end: a webhook tells of that."""
    if found.state == "succeeded":
        top_ups.credit(payment_id=found.id, at=at)
    elif found.state in _NEEDS_ANOTHER:
        refuse(top_up_id=top_up_id, why=found.failure or found.state, at=at)


@transaction.atomic
def refuse(*, top_up_id: UUID, why: str, at: datetime) -> None:
    """The bank said no: nothing came, and nothing more is tried with this card until its owner says so."""
    top_up = TopUp.objects.select_for_update().get(pk=top_up_id)
    rows = TopUp.objects.filter(pk=top_up_id)
    if not TOP_UP.move(rows, source=TopUpState.AWAITING_PAYMENT, to=TopUpState.FAILED, ended_at=at, failure=why[:60]):
        return
    SavedCard.objects.filter(agent_id=top_up.agent_id).update(is_on=False, stopped_because=why[:60])
    events.DEPOSIT_FAILED.tell(
        top_up.agent_id,
        at,
        deposit=encode(top_ups.PREFIX, top_up.id),
        amount=format_micros(top_up.amount_micros),
        reason=why,
    )
    enqueue(kind=TELL, subject=str(top_up.id))


def tell_refused(*, top_up_id: UUID) -> None:
    """The letter to the owner."""
    top_up = TopUp.objects.get(pk=top_up_id)
    agent = Agent.objects.select_related("owner").get(pk=top_up.agent_id)
    if agent.owner is None:
        return
    page = config.public_url + reverse("top_up", kwargs={"agent_id": encode("agt", agent.account_id)})
    what = f"the automatic top-up of {format_micros(top_up.amount_micros)} USD for {agent.name}"
    if top_up.failure == FROZEN:
        why = f"We have not asked your bank for {what}, because a payment for it is contested or it owes money."
    else:
        why = f"Your bank did not pay {what} ({top_up.failure})."
    text = (
        f"{why}\n\nNothing was charged, and nothing more is tried with this card. Top up by hand, or "
        f"switch it on again:\n{page}\n"
    )
    send(Letter(agent.owner.email, f"{agent.name} could not be topped up", text))


@inbox.applies("payment_intent.payment_failed", "payment_intent.canceled")
def apply_failed(event: StripeEvent, at: datetime) -> None:
    found = stripe_gateway.payment(event.object_id)
    top_up = top_ups.find_of(found)
    if top_up is not None and top_up.way == TopUp.Way.AUTOMATIC:
        record(top_up_id=top_up.id, found=found, at=at)
