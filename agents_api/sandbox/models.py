"""Simulated scouts and what they were asked to do. In test mode only: the database refuses anything else."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from agents_api.sandbox.outcomes import Outcome
from agents_api.sandbox.states import SimulationState
from bounties.models import Bounty, Claim
from market.accounts.models import Account, Mode
from market.ids import new_id


class SimulatedScout(models.Model):
    """Marks a scout's account as nobody's. Each works for one agent alone: what it learns it teaches nobody else."""

    account = models.OneToOneField(
        Account, models.PROTECT, primary_key=True, db_constraint=False, related_name="simulated"
    )
    agent = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="simulated_scouts")
    mode = models.CharField(max_length=4, choices=Mode, default=Mode.TEST.value)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(mode=Mode.TEST.value), name="simulated_scout_in_test_mode"),)

    def __str__(self) -> str:
        return str(self.account_id)


class Simulation(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    agent = models.ForeignKey(Account, models.PROTECT, db_constraint=False, db_index=False, related_name="simulations")
    bounty = models.ForeignKey(Bounty, models.PROTECT, db_constraint=False, related_name="simulations")
    claim = models.OneToOneField(Claim, models.PROTECT, db_constraint=False, related_name="simulation")
    mode = models.CharField(max_length=4, choices=Mode, default=Mode.TEST.value)
    outcome = models.CharField(max_length=11, choices=[(each.value, each.value) for each in Outcome])
    state = models.CharField(
        max_length=9,
        choices=[(each.value, each.value) for each in SimulationState],
        default=SimulationState.CLAIMED.value,
    )
    # Of this bounty's simulations the first is 0: each photographs from somewhere else.
    number = models.PositiveIntegerField()
    # The capture session, once it is open: whoever takes over from a worker that died goes on with the same one.
    session_id = models.UUIDField(null=True)
    failed_because = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()

    if TYPE_CHECKING:
        agent_id: UUID
        bounty_id: UUID
        claim_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("bounty", "number", name="simulation_number_unique"),
            models.CheckConstraint(condition=Q(mode=Mode.TEST.value), name="simulation_in_test_mode"),
            models.CheckConstraint(
                condition=Q(outcome__in=[each.value for each in Outcome]), name="simulation_outcome_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[each.value for each in SimulationState]), name="simulation_state_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=SimulationState.HANDED_IN.value) | Q(session_id__isnull=False),
                name="simulation_handed_in_has_a_session",
            ),
            models.CheckConstraint(
                condition=Q(state=SimulationState.FAILED.value) ^ Q(failed_because=""),
                name="simulation_failed_for_a_reason",
            ),
        )
        indexes = (
            models.Index(
                "agent", condition=Q(state=SimulationState.CLAIMED.value), name="simulation_under_way_of_agent"
            ),
        )

    def __str__(self) -> str:
        return f"{self.outcome} {self.state} {self.id}"
