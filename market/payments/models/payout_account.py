"""Where a scout is paid: their own account at Stripe, as Stripe last described it. Nothing of who they are is here."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from market.accounts.models import Account, Mode
from market.ids import new_id
from market.payments.schedule import Schedule
from market.payments.states import PayoutAccountState


class PayoutAccount(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scout = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="payout_accounts")
    mode = models.CharField(max_length=4, choices=Mode)
    country = models.CharField(max_length=2)
    stripe_id = models.CharField(max_length=255, blank=True)  # empty until Stripe has made it
    state = models.CharField(
        max_length=11,
        choices=[(each, each) for each in PayoutAccountState],
        default=PayoutAccountState.CONNECTING,
    )
    # What Stripe still wants to know, in its own words: [{"what", "deadline_state", "errors"}].
    requirements = models.JSONField(default=list)
    deadline_at = models.DateTimeField(null=True)
    bank_failure = models.CharField(max_length=60, blank=True)  # why the bank last sent back what Stripe paid out
    schedule = models.CharField(max_length=9, choices=[(each, each) for each in Schedule], default=Schedule.MONTHLY)
    scheduled_at = models.DateTimeField()  # when the schedule was chosen, or last began a payout
    made_at = models.DateTimeField()
    checked_at = models.DateTimeField(null=True)  # when Stripe was asked last: an older answer changes nothing

    if TYPE_CHECKING:
        scout_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(mode="live"), name="payout_account_is_live"),
            models.CheckConstraint(condition=Q(state__in=list(PayoutAccountState)), name="payout_account_state_known"),
            models.CheckConstraint(condition=Q(schedule__in=list(Schedule)), name="payout_account_schedule_known"),
            models.CheckConstraint(condition=Q(country__regex="^[A-Z]{2}$"), name="payout_account_country_is_a_code"),
            models.UniqueConstraint(
                fields=["scout"], condition=~Q(state=PayoutAccountState.CLOSED), name="payout_account_open_once"
            ),
            models.UniqueConstraint(
                fields=["stripe_id"], condition=~Q(stripe_id=""), name="payout_account_of_stripe_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"
