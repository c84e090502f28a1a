"""A bounty and its slots."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from bounties import drafts
from bounties.states import BOUNTY, BountyState, SlotState
from market.accounts.models import Account, Mode
from market.ids import new_id

if TYPE_CHECKING:
    from bounties.models.report import Report

RUNNING = sorted(set(BountyState) - BOUNTY.ends())


class Bounty(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    buyer = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="bounties")
    mode = models.CharField(max_length=4, choices=Mode)
    state = models.CharField(max_length=9, choices=[(each, each) for each in BountyState])
    # Raised by every change that the buyer can see, of the bounty or of anything below it.
    version = models.PositiveIntegerField(default=1)

    title = models.CharField(max_length=120)
    questions = models.JSONField()
    criteria = models.JSONField()
    latitude_e7 = models.IntegerField()
    longitude_e7 = models.IntegerField()
    radius_m = models.PositiveIntegerField()
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()

    slots = models.PositiveSmallIntegerField()
    free_slots = models.PositiveSmallIntegerField(default=0)  # those a scout can claim now
    unfinished_slots = models.PositiveSmallIntegerField(default=0)  # those whose money is still held
    reward_micros = models.BigIntegerField()
    blocked_reward_micros = models.BigIntegerField()
    fee_micros = models.BigIntegerField()  # on top of the reward, for one slot
    fee_basis_points = models.PositiveIntegerField()  # as shown before posting; a changed fee changes no old bounty

    media = models.CharField(max_length=10)
    media_count = models.PositiveSmallIntegerField()
    challenge = models.CharField(max_length=11)
    accuracy_m = models.PositiveIntegerField(null=True)
    daylight = models.BooleanField()
    review = models.CharField(max_length=5)
    review_hours = models.PositiveSmallIntegerField()
    least_reputation = models.PositiveSmallIntegerField()
    distinct_scouts = models.BooleanField()
    private_note = models.TextField(blank=True)  # for the buyer alone: in no event, no scout's page, no search
    metadata = models.JSONField()

    findings = models.JSONField()  # of screening
    posted_by = models.UUIDField(null=True)  # the API key, for its spending limits
    created_at = models.DateTimeField(db_default=Now())
    opened_at = models.DateTimeField(null=True)
    # Why a closing bounty closes: expired or cancelled.
    closing_as = models.CharField(max_length=9, blank=True)
    ended_at = models.DateTimeField(null=True)
    # When the sweep has to look at it next; null while it waits for something that somebody else does.
    due_at = models.DateTimeField(null=True)

    # Where `queries.bought_by` has read it: the result that waits for its buyer's word, until when, and its verdict;
    # and how many results there are.
    asking_id: UUID | None = None
    asking_until: datetime | None = None
    asking_verdict: dict[str, Any] | None = None
    result_count: int = 0

    if TYPE_CHECKING:
        buyer_id: UUID
        # Where `desk` has read them: what scouts have reported and nobody has answered.
        open_reports: Sequence[Report]

    class Meta:
        constraints = (
            models.UniqueConstraint("id", "mode", name="bounty_id_mode_unique"),
            models.CheckConstraint(condition=Q(state__in=list(BountyState)), name="bounty_state_known"),
            models.CheckConstraint(condition=Q(mode__in=list(Mode)), name="bounty_mode_known"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="bounty_window_in_order"),
            models.CheckConstraint(
                condition=Q(reward_micros__range=(drafts.LEAST_REWARD, drafts.MOST_REWARD)),
                name="bounty_reward_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(blocked_reward_micros__gt=0, blocked_reward_micros__lte=F("reward_micros")),
                name="bounty_blocked_reward_in_bounds",
            ),
            models.CheckConstraint(condition=Q(fee_micros__gte=0), name="bounty_fee_not_negative"),
            models.CheckConstraint(condition=Q(slots__range=(1, drafts.MOST_SLOTS)), name="bounty_slots_in_bounds"),
            models.CheckConstraint(
                condition=Q(free_slots__lte=F("unfinished_slots"), unfinished_slots__lte=F("slots")),
                name="bounty_slots_counted",
            ),
            models.CheckConstraint(
                condition=Q(
                    latitude_e7__range=(-900_000_000, 900_000_000),
                    longitude_e7__range=(-1_800_000_000, 1_800_000_000),
                    radius_m__range=(drafts.LEAST_RADIUS_M, drafts.MOST_RADIUS_M),
                ),
                name="bounty_place_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(unfinished_slots=0, ended_at__isnull=False) | ~Q(state__in=sorted(BOUNTY.ends())),
                name="bounty_ends_with_nothing_held",
            ),
            models.CheckConstraint(
                condition=Q(state=BountyState.CLOSING, closing_as__in=["expired", "cancelled"])
                | ~Q(state=BountyState.CLOSING),
                name="bounty_closes_as_something",
            ),
        )
        indexes = (
            models.Index("due_at", condition=Q(state__in=RUNNING, due_at__isnull=False), name="bounty_running_by_due"),
            models.Index(fields=["buyer", "-id"], name="bounty_of_buyer"),
            models.Index("id", condition=Q(state=BountyState.SCREENING), name="bounty_in_screening"),
            # What was paid near there: asked for quotes.
            models.Index(
                "latitude_e7",
                "longitude_e7",
                condition=Q(state=BountyState.COMPLETED),
                name="bounty_completed_by_place",
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    def now(self, at: datetime) -> datetime:
        """The moment `at` in this bounty's time: its buyer's."""
        return self.buyer.time_of(at)


class Slot(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bounty = models.ForeignKey(Bounty, models.PROTECT, db_constraint=False, related_name="slot_rows")
    mode = models.CharField(max_length=4, choices=Mode)
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=[(each, each) for each in SlotState], default=SlotState.OPEN)
    # Until then something may still come that its money is for: an offline capture, an appeal.
    owed_until = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        bounty_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("bounty", "number", name="slot_number_unique"),
            models.UniqueConstraint("id", "bounty", "mode", name="slot_id_bounty_mode_unique"),
            models.CheckConstraint(condition=Q(state__in=list(SlotState)), name="slot_state_known"),
            models.CheckConstraint(condition=Q(number__gte=1), name="slot_number_from_one"),
        )
        indexes = (models.Index("bounty", "number", condition=Q(state=SlotState.OPEN), name="slot_open_of_bounty"),)

    def __str__(self) -> str:
        return f"{self.bounty_id} #{self.number} {self.state}"
