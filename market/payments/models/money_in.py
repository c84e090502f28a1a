"""Live money coming in. A top-up is what was asked for; a payment is what Stripe has taken for us."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from market.accounts.models import Account, Mode
from market.ids import new_id
from market.payments.states import REFUND, TOP_UP, RefundState, TopUpState

ENDS = sorted(TOP_UP.ends() | {TopUpState.EXPIRED, TopUpState.FAILED})


class TopUp(models.Model):
    class Way(models.TextChoices):
        CHECKOUT = "checkout"  # its owner pays on a page
        AUTOMATIC = "automatic"  # we ask for it with the saved card

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="top_ups")
    mode = models.CharField(max_length=4, choices=Mode)
    way = models.CharField(max_length=9, choices=Way)
    state = models.CharField(max_length=16, choices=[(each, each) for each in TopUpState], default=TOP_UP.start)
    amount_micros = models.BigIntegerField()  # what the agent gets
    surcharge_micros = models.BigIntegerField()  # what its owner pays on top for the processing
    saves_card = models.BooleanField(default=False)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, blank=True)
    # Its payment page at Stripe. A page ends after a day; the next one is another attempt.
    attempt = models.PositiveSmallIntegerField(default=0)
    session_id = models.CharField(max_length=255, blank=True)
    session_url = models.TextField(blank=True)
    session_ends_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        agent_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=list(TopUpState)), name="top_up_state_known"),
            models.CheckConstraint(condition=Q(way__in=["checkout", "automatic"]), name="top_up_way_known"),
            models.CheckConstraint(condition=Q(mode="live"), name="top_up_is_live"),
            models.CheckConstraint(
                condition=Q(amount_micros__gt=0, surcharge_micros__gte=0), name="top_up_amounts_in_range"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDS, ended_at__isnull=False) | (~Q(state__in=ENDS) & Q(ended_at__isnull=True)),
                name="top_up_ends_at_a_moment",
            ),
        )
        indexes = (
            models.Index(fields=["agent", "-id"], name="top_up_of_agent"),
            models.Index("asked_at", condition=Q(state=TOP_UP.start), name="top_up_open_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def total_micros(self) -> int:
        """What its owner pays."""
        return self.amount_micros + self.surcharge_micros


class Payment(models.Model):
    """Money that Stripe took. Its id is Stripe's own; it posts once, under that id."""

    id = models.CharField(max_length=255, primary_key=True)
    top_up = models.ForeignKey(TopUp, models.PROTECT, related_name="payments")
    agent = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="payments")
    mode = models.CharField(max_length=4, choices=Mode)
    amount_micros = models.BigIntegerField()  # what the agent got
    paid_micros = models.BigIntegerField()  # what the card was charged
    fee_micros = models.BigIntegerField()  # what Stripe kept of it
    refunded_micros = models.BigIntegerField(default=0)  # what has gone back, or is on its way
    charge_id = models.CharField(max_length=255, unique=True)
    transaction_id = models.CharField(max_length=255, unique=True)
    brand = models.CharField(max_length=40, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    receipt_url = models.TextField(blank=True)
    paid_at = models.DateTimeField()

    if TYPE_CHECKING:
        agent_id: UUID
        top_up_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(mode="live"), name="payment_is_live"),
            models.CheckConstraint(
                condition=Q(amount_micros__gt=0, paid_micros__gte=F("amount_micros")), name="payment_amounts_in_range"
            ),
            models.CheckConstraint(
                condition=Q(refunded_micros__gte=0, refunded_micros__lte=F("amount_micros")),
                name="payment_refunded_at_most_once",
            ),
        )
        indexes = (models.Index(fields=["agent", "paid_at"], name="payment_of_agent"),)

    def __str__(self) -> str:
        return self.id


class Refund(models.Model):
    """What was never spent, on its way back to its card. The money is set aside before Stripe is asked."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="refunds")
    agent = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="refunds")
    mode = models.CharField(max_length=4, choices=Mode)
    state = models.CharField(max_length=9, choices=[(each, each) for each in RefundState], default=REFUND.start)
    amount_micros = models.BigIntegerField()
    # Made by somebody at Stripe, not asked for here: what of it the house bears, and what the agent had not enough for.
    is_outside = models.BooleanField(default=False)
    house_micros = models.BigIntegerField(default=0)
    owed_micros = models.BigIntegerField(default=0)
    asked_at = models.DateTimeField()
    # When the attempt that is running was first told to Stripe. Its key lives a day; after that it is looked up.
    sending_at = models.DateTimeField(null=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    ended_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=255, blank=True)  # Stripe's own id for it
    transaction_id = models.CharField(max_length=255, blank=True)
    failure = models.CharField(max_length=60, blank=True)

    if TYPE_CHECKING:
        agent_id: UUID
        payment_id: str

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=list(RefundState)), name="refund_state_known"),
            models.CheckConstraint(condition=Q(mode="live"), name="refund_is_live"),
            models.CheckConstraint(condition=Q(amount_micros__gt=0), name="refund_amount_above_nothing"),
            models.CheckConstraint(
                condition=~Q(state=RefundState.FAILED) | ~Q(failure=""), name="refund_fails_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(is_outside=False, house_micros=0, owed_micros=0)
                | Q(
                    is_outside=True,
                    house_micros__gte=0,
                    owed_micros__gte=0,
                    amount_micros__gte=F("house_micros") + F("owed_micros"),
                ),
                name="refund_is_borne_by_its_agent_unless_made_outside",
            ),
            models.UniqueConstraint(fields=["reference"], condition=~Q(reference=""), name="refund_reference_once"),
        )
        indexes = (models.Index(fields=["agent", "-id"], name="refund_of_agent"),)

    def __str__(self) -> str:
        return f"{self.state} {self.id}"


class SavedCard(models.Model):
    """The card with which an agent is topped up by itself, and when that is done."""

    agent = models.OneToOneField(Account, models.PROTECT, primary_key=True, db_constraint=False)
    mode = models.CharField(max_length=4, choices=Mode)
    customer = models.CharField(max_length=255)  # Stripe's words for who pays, and with what
    method = models.CharField(max_length=255)
    brand = models.CharField(max_length=40, blank=True)
    last4 = models.CharField(max_length=4, blank=True)
    saved_at = models.DateTimeField()
    is_on = models.BooleanField(default=False)
    threshold_micros = models.BigIntegerField(null=True)
    amount_micros = models.BigIntegerField(null=True)
    monthly_cap_micros = models.BigIntegerField(null=True)
    stopped_because = models.CharField(max_length=60, blank=True)  # the bank's word, when it said no

    if TYPE_CHECKING:
        agent_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(mode="live"), name="saved_card_is_live"),
            models.CheckConstraint(
                condition=Q(is_on=False)
                | Q(
                    threshold_micros__isnull=False,
                    threshold_micros__gt=0,
                    amount_micros__isnull=False,
                    amount_micros__gt=0,
                    monthly_cap_micros__isnull=False,
                    monthly_cap_micros__gte=F("amount_micros"),
                    stopped_because="",
                ),
                name="saved_card_is_on_with_numbers",
            ),
        )

    def __str__(self) -> str:
        return str(self.agent_id)


class ChargeDispute(models.Model):
    """A payment that the card's holder contests at their bank. Its id and its states are Stripe's own."""

    id = models.CharField(max_length=255, primary_key=True)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="disputes")
    agent = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="charge_disputes")
    mode = models.CharField(max_length=4, choices=Mode)
    state = models.CharField(max_length=30, blank=True)
    amount_micros = models.BigIntegerField()
    agent_micros = models.BigIntegerField(default=0)  # what the agent bears of it now, paid or owed
    house_micros = models.BigIntegerField(default=0)  # what the house bears of it now, fees included
    reason = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    answer_by_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(mode="live"), name="charge_dispute_is_live"),
            models.CheckConstraint(
                condition=Q(agent_micros__gte=0, agent_micros__lte=F("amount_micros")),
                name="charge_dispute_agent_bears_no_more_than_it",
            ),
        )
        indexes = (models.Index(fields=["agent", "opened_at"], name="charge_dispute_of_agent"),)

    def __str__(self) -> str:
        return f"{self.state} {self.id}"
