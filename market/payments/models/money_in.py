"""Live money coming in. A top-up is what was asked for; a payment is what Stripe has taken for us."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from market.accounts.models import Account, Mode
from market.ids import new_id
from market.payments.states import TOP_UP, TopUpState

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
