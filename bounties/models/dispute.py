"""A contested decision and what was said about it."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q

from bounties.models.bounty import Bounty
from bounties.models.submission import Submission
from bounties.policies.disputes import DecidedBy, Ruling, Side, default_ruling
from bounties.states import DISPUTE_RUNS, DisputeState
from bounties.verdicts import is_doubted
from market.accounts.models import Mode
from market.ids import new_id


class Dispute(models.Model):
    """A buyer's dispute of an acceptance, or a scout's appeal of a rejection."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bounty = models.ForeignKey(Bounty, models.PROTECT, db_constraint=False, related_name="disputes")
    submission = models.ForeignKey(Submission, models.PROTECT, db_constraint=False, related_name="disputes")
    mode = models.CharField(max_length=4, choices=Mode)
    opened_by = models.CharField(max_length=5, choices=[(each, each) for each in Side])
    state = models.CharField(max_length=9, choices=[(each, each) for each in DisputeState], default=DisputeState.OPEN)
    version = models.PositiveIntegerField(default=1)
    ground = models.CharField(max_length=40)
    opened_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    rule_by = models.DateTimeField()
    ruled_at = models.DateTimeField(null=True)
    ruling = models.CharField(max_length=9, choices=[(each, each) for each in Ruling], blank=True)
    by_default = models.BooleanField(default=False)
    explanation = models.TextField(blank=True)  # of the ruling, for both sides

    if TYPE_CHECKING:
        bounty_id: UUID
        submission_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("submission", "opened_by", name="dispute_one_per_side"),
            models.UniqueConstraint(
                "submission", condition=Q(state__in=DISPUTE_RUNS), name="dispute_one_running_per_submission"
            ),
            models.CheckConstraint(condition=Q(state__in=list(DisputeState)), name="dispute_state_known"),
            models.CheckConstraint(condition=Q(opened_by__in=list(Side)), name="dispute_side_known"),
            models.CheckConstraint(
                condition=Q(state=DisputeState.RULED, ruling__in=list(Ruling), ruled_at__isnull=False)
                | (~Q(state=DisputeState.RULED) & Q(ruling="")),
                name="dispute_ruled_one_way",
            ),
        )
        indexes = (models.Index("rule_by", condition=Q(state__in=DISPUTE_RUNS), name="dispute_running_by_deadline"),)

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def ruling_by_default(self) -> Ruling:
        """What stands when nobody rules until `rule_by`."""
        return default_ruling(
            opened_by=Side(self.opened_by),
            decided_by=DecidedBy(self.submission.decided_by),
            doubted=is_doubted(self.submission.verdict),
        )


class DisputeMessage(models.Model):
    """Read by both sides and the operators. Who the scout is does not stand in it, only on which side."""

    class Author(models.TextChoices):
        BUYER = "buyer"
        SCOUT = "scout"
        OPERATOR = "operator"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="messages")
    author = models.CharField(max_length=8, choices=Author)
    operator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(author__in=["buyer", "scout", "operator"]), name="message_author_known"),
            models.CheckConstraint(condition=~Q(text=""), name="message_says_something"),
        )
        indexes = (models.Index("dispute", "id", name="message_of_dispute"),)

    def __str__(self) -> str:
        return f"{self.author} {self.id}"
