"""A scout's word that a bounty should not be on offer. For our staff alone: no buyer learns whose word it was."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from bounties.models.bounty import Bounty
from bounties.states import ReportState
from market.accounts.models import Account, Mode
from market.ids import new_id


class Report(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bounty = models.ForeignKey(Bounty, models.PROTECT, db_constraint=False, related_name="reports")
    scout = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="reports")
    mode = models.CharField(max_length=4, choices=Mode)
    state = models.CharField(max_length=9, choices=[(each, each) for each in ReportState], default=ReportState.OPEN)
    ground = models.CharField(max_length=40)
    note = models.TextField(blank=True)
    reported_at = models.DateTimeField()  # real time: no clock of a buyer moves our staff
    ruled_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        bounty_id: UUID
        scout_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("bounty", "scout", name="report_one_per_scout"),
            models.CheckConstraint(condition=Q(state__in=list(ReportState)), name="report_state_known"),
            models.CheckConstraint(
                condition=Q(state=ReportState.OPEN, ruled_at__isnull=True)
                | (~Q(state=ReportState.OPEN) & Q(ruled_at__isnull=False)),
                name="report_ruled_at_a_moment",
            ),
        )
        indexes = (
            models.Index("bounty", "id", condition=Q(state=ReportState.OPEN), name="report_open_of_bounty"),
            models.Index("scout", "reported_at", name="report_of_scout"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"
