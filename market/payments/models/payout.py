"""Money on its way to a scout. Moments are on the scout's own clock."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from market.accounts.models import Account, Mode
from market.ids import new_id
from market.money import MICROS_PER_CENT
from market.payments.states import ENDED, REFUSALS, PayoutState

ENDS = sorted(ENDED)
_SENT = F("amount_micros") - F("cost_micros")


class Payout(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scout = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="payouts")
    mode = models.CharField(max_length=4, choices=Mode)
    rail = models.CharField(max_length=20)
    state = models.CharField(
        max_length=14, choices=[(each, each) for each in PayoutState], default=PayoutState.REQUESTED
    )
    destination = models.CharField(max_length=255, blank=True)  # the scout's account there; the same in all attempts
    amount_micros = models.BigIntegerField()  # what leaves the scout's balance
    cost_micros = models.BigIntegerField(default=0)  # of that: what the house keeps, where scouts bear what it costs
    requested_at = models.DateTimeField()
    attempt = models.PositiveSmallIntegerField(default=1)
    sending_at = models.DateTimeField(null=True)  # when the rail was told of this attempt first
    ended_at = models.DateTimeField(null=True)
    returned_micros = models.BigIntegerField(default=0)  # of what was paid: came back later
    reference = models.CharField(max_length=100, blank=True)  # what the rail calls it
    failure = models.CharField(max_length=40, blank=True)
    explanation = models.CharField(max_length=300, blank=True)

    if TYPE_CHECKING:
        scout_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=list(PayoutState)), name="payout_state_known"),
            models.CheckConstraint(
                condition=Q(amount_micros__gte=MICROS_PER_CENT), name="payout_amount_is_at_least_a_cent"
            ),
            models.CheckConstraint(
                condition=Q(cost_micros__gte=0, cost_micros__lt=F("amount_micros")),
                name="payout_costs_less_than_it_is",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(REFUSALS)) | ~Q(failure=""), name="payout_fails_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDS, ended_at__isnull=False) | (~Q(state__in=ENDS) & Q(ended_at__isnull=True)),
                name="payout_ends_at_a_moment",
            ),
            models.CheckConstraint(condition=Q(attempt__gte=1), name="payout_attempts_are_counted_from_one"),
            models.CheckConstraint(
                condition=(Q(returned_micros=0) & ~Q(state=PayoutState.RETURNED))
                | Q(state=PayoutState.PAID, returned_micros__gt=0, returned_micros__lt=_SENT)
                | Q(state=PayoutState.RETURNED, returned_micros=_SENT),
                name="payout_returns_what_was_paid",
            ),
            models.UniqueConstraint(
                fields=["rail", "reference"], condition=~Q(reference=""), name="payout_reference_once"
            ),
        )
        indexes = (models.Index(fields=["scout", "-id"], name="payout_of_scout"),)

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def sent_micros(self) -> int:
        """What arrives."""
        return self.amount_micros - self.cost_micros
