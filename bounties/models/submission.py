"""What a scout handed in, and what was paid for it."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from bounties.models.bounty import Bounty, Slot
from bounties.models.claim import Claim
from bounties.policies.disputes import DecidedBy
from bounties.states import AwardState, SubmissionState
from bounties.verdicts import Silence, silence_of
from market.accounts.models import Account, Mode
from market.ids import new_id


class Submission(models.Model):
    class Blocked(models.TextChoices):
        NO = ""
        NOT_THERE = "not_there"
        NO_ACCESS = "no_access"

    class SetAside(models.TextChoices):
        NO = ""
        LATE = "late"
        SLOT_FILLED = "slot_filled"

    class Reviewer(models.TextChoices):
        NOBODY = ""
        BUYER = "buyer"
        OPERATOR = "operator"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bounty = models.ForeignKey(Bounty, models.PROTECT, db_constraint=False, related_name="submissions")
    slot = models.ForeignKey(Slot, models.PROTECT, db_constraint=False, related_name="submissions")
    claim = models.ForeignKey(Claim, models.PROTECT, db_constraint=False, related_name="submissions")
    scout = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="submissions")
    mode = models.CharField(max_length=4, choices=Mode)
    state = models.CharField(max_length=11, choices=[(each, each) for each in SubmissionState])
    version = models.PositiveIntegerField(default=1)
    # The capture that verification knows it by. One capture is one submission, however often it is sent.
    capture_id = models.UUIDField(unique=True)

    answers = models.JSONField()
    blocked = models.CharField(max_length=9, choices=Blocked, blank=True)
    captured_at = models.DateTimeField()
    received_at = models.DateTimeField()
    set_aside_because = models.CharField(max_length=11, choices=SetAside, blank=True)
    licence = models.CharField(max_length=40)
    resale = models.BooleanField()

    verdict = models.JSONField(null=True)
    judged_at = models.DateTimeField(null=True)
    reviewer = models.CharField(max_length=8, choices=Reviewer, blank=True)
    review_due_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=8, choices=[(each, each) for each in DecidedBy], blank=True)
    decided_at = models.DateTimeField(null=True)
    reasons = models.JSONField(default=list)  # of a rejection, each numbered with its code and sentence
    appeal_by = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        bounty_id: UUID
        slot_id: UUID
        claim_id: UUID
        scout_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint(
                "slot", condition=Q(state=SubmissionState.ACCEPTED), name="submission_one_accepted_per_slot"
            ),
            models.UniqueConstraint("id", "bounty", "mode", name="submission_id_bounty_mode_unique"),
            models.CheckConstraint(condition=Q(state__in=list(SubmissionState)), name="submission_state_known"),
            models.CheckConstraint(
                condition=Q(state=SubmissionState.IN_REVIEW, review_due_at__isnull=False, reviewer__gt="")
                | ~Q(state=SubmissionState.IN_REVIEW),
                name="submission_review_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=~Q(state=SubmissionState.REJECTED)
                | (Q(decided_at__isnull=False, appeal_by__isnull=False) & ~Q(reasons=[])),
                name="submission_rejected_for_reasons",
            ),
            models.CheckConstraint(
                condition=~Q(state=SubmissionState.SET_ASIDE) | Q(set_aside_because__in=["late", "slot_filled"]),
                name="submission_set_aside_for_a_reason",
            ),
        )
        indexes = (
            models.Index(
                "review_due_at", condition=Q(state=SubmissionState.IN_REVIEW), name="submission_review_by_due"
            ),
            models.Index(fields=["bounty", "-id"], name="submission_of_bounty"),
            models.Index(fields=["scout", "-id"], name="submission_of_scout"),
            models.Index("scout", "state", name="submission_of_scout_by_state"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def silence(self) -> Silence:
        """What saying nothing until `review_due_at` does."""
        return silence_of(reviewer=self.reviewer, verdict=self.verdict)


class Award(models.Model):
    """What a scout earned with one submission: pending until its dispute window closes."""

    class Source(models.TextChoices):
        HOLD = "hold"
        HOUSE = "house"  # dispute_loss: the buyer pays nothing

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    submission = models.OneToOneField(Submission, models.PROTECT, db_constraint=False, related_name="award")
    bounty = models.ForeignKey(Bounty, models.PROTECT, db_constraint=False, related_name="awards")
    slot = models.ForeignKey(Slot, models.PROTECT, db_constraint=False, related_name="awards")
    scout = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="awards")
    mode = models.CharField(max_length=4, choices=Mode)
    source = models.CharField(max_length=5, choices=Source)
    state = models.CharField(max_length=9, choices=[(each, each) for each in AwardState], default=AwardState.PENDING)
    amount_micros = models.BigIntegerField()
    fee_micros = models.BigIntegerField()
    awarded_at = models.DateTimeField()
    settles_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        bounty_id: UUID
        slot_id: UUID
        scout_id: UUID
        submission_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("slot", condition=Q(source="hold"), name="award_one_from_hold_per_slot"),
            models.CheckConstraint(condition=Q(state__in=list(AwardState)), name="award_state_known"),
            models.CheckConstraint(condition=Q(source__in=["hold", "house"]), name="award_source_known"),
            models.CheckConstraint(
                condition=Q(amount_micros__gt=0, fee_micros__gte=0), name="award_amount_is_positive"
            ),
            models.CheckConstraint(condition=Q(source="hold") | Q(fee_micros=0), name="award_of_the_house_has_no_fee"),
        )
        indexes = (
            models.Index("settles_at", condition=Q(state=AwardState.PENDING), name="award_pending_by_settling"),
            models.Index(fields=["scout", "-id"], name="award_of_scout"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"
