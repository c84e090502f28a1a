"""A scout's reservation of a slot."""

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from bounties.models.bounty import Bounty, Slot
from bounties.policies.claims import LIVE_CLAIMS_PER_SCOUT
from bounties.states import CLAIM_COUNTS, ClaimState
from market.accounts.models import Account, Mode
from market.ids import new_id


class Claim(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    bounty = models.ForeignKey(Bounty, models.PROTECT, db_constraint=False, related_name="claims")
    slot = models.ForeignKey(Slot, models.PROTECT, db_constraint=False, related_name="claims")
    scout = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="claims")
    mode = models.CharField(max_length=4, choices=Mode)
    state = models.CharField(max_length=9, choices=[(each, each) for each in ClaimState], default=ClaimState.LIVE)
    # A scout has so many places for live claims; that two live claims never share one is what limits them.
    place = models.PositiveSmallIntegerField()
    distinct = models.BooleanField()  # the bounty wants several scouts, not one scout several times

    # Where the scout was. Never told to a buyer.
    latitude_e7 = models.IntegerField()
    longitude_e7 = models.IntegerField()
    distance_m = models.PositiveIntegerField()

    claimed_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # claimed_at in real time: journeys between bounties are measured in it
    expires_at = models.DateTimeField()
    upload_by = models.DateTimeField()
    extended = models.BooleanField(default=False)
    on_site_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    # What the scout agreed to when taking the task; it cannot be asked for afterwards.
    licence = models.CharField(max_length=40)
    resale = models.BooleanField()

    if TYPE_CHECKING:
        bounty_id: UUID
        slot_id: UUID
        scout_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("slot", condition=Q(state=ClaimState.LIVE), name="claim_one_live_per_slot"),
            models.UniqueConstraint(
                "scout", "place", condition=Q(state=ClaimState.LIVE), name="claim_one_live_per_place_of_scout"
            ),
            models.UniqueConstraint(
                "bounty",
                "scout",
                condition=Q(distinct=True, state__in=CLAIM_COUNTS),
                name="claim_one_per_distinct_scout",
            ),
            models.UniqueConstraint("id", "bounty", "mode", name="claim_id_bounty_mode_unique"),
            models.CheckConstraint(condition=Q(state__in=list(ClaimState)), name="claim_state_known"),
            models.CheckConstraint(condition=Q(place__range=(1, LIVE_CLAIMS_PER_SCOUT)), name="claim_place_in_bounds"),
            models.CheckConstraint(
                condition=Q(
                    expires_at__gt=F("claimed_at"),
                    expires_at__lte=F("claimed_at") + timedelta(hours=4, minutes=30),
                    upload_by__gte=F("claimed_at"),
                ),
                name="claim_time_in_bounds",
            ),
            models.CheckConstraint(
                condition=Q(
                    latitude_e7__range=(-900_000_000, 900_000_000),
                    longitude_e7__range=(-1_800_000_000, 1_800_000_000),
                ),
                name="claim_place_on_earth",
            ),
        )
        indexes = (
            models.Index("expires_at", condition=Q(state=ClaimState.LIVE), name="claim_live_by_end"),
            models.Index(fields=["scout", "-id"], name="claim_of_scout"),
            models.Index("scout", "state", name="claim_of_scout_by_state"),  # the reputation is counted from it
            models.Index(fields=["bounty", "-id"], name="claim_of_bounty"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"
