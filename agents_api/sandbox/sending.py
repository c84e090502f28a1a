"""Having a scout sent, as a request asks for it: read, counted, done. For both calls that can ask, and for tools."""

from datetime import datetime
from typing import Any
from uuid import UUID

from agents_api import limits
from agents_api.sandbox.models import Simulation
from agents_api.sandbox.outcomes import EXPECT, Outcome
from agents_api.sandbox.simulating import (
    NightThere,
    NothingToSimulate,
    SimulationOnlyInTest,
    TooManySimulations,
    WindowNotOpen,
    check_mode,
    simulate,
    take_turn,
)
from bounties.operations.claiming import NoFreeSlot, NotOnOffer, TooManyClaims
from bounties.policies.claims import ReputationTooLow, TooFar, WindowOver
from bounties.shapes import Body, OneOf
from market.accounts.models import Account

ORDER = Body(
    name="SimulationDraft",
    text="What a simulated scout shall do.",
    fields={
        "outcome": OneOf(
            text=" ".join(f"`{each}`: {EXPECT[each]}" for each in Outcome),
            among=Outcome,
            sample="good",
        )
    },
    needed=("outcome",),
)
# A simulated scout claims as anybody does, and somebody may have been faster.
_OF_CLAIMS = (NoFreeSlot, NotOnOffer, ReputationTooLow, TooFar, TooManyClaims, WindowOver)
REFUSALS = (SimulationOnlyInTest, NothingToSimulate, WindowNotOpen, NightThere, TooManySimulations, *_OF_CLAIMS)


def read_outcome(value: object, *, param: str) -> Outcome:
    outcome: Outcome = ORDER.read(value, param)["outcome"]
    return outcome


def wanted(wish: dict[str, Any], *, agent: Account) -> Outcome | None:
    """Take `simulate` out of a wish for a bounty. Asked before anything is posted: see `take_turn`."""
    if "simulate" not in wish:
        return None
    outcome = read_outcome(wish.pop("simulate"), param="/simulate")
    take_turn(agent)
    return outcome


def check(wish: dict[str, Any], *, agent: Account) -> None:
    """Whether `simulate` could stand in this wish, if it does."""
    if "simulate" in wish:
        read_outcome(wish["simulate"], param="/simulate")
        check_mode(agent)


def send_scout(*, agent: Account, bounty_id: UUID, outcome: Outcome, at: datetime) -> Simulation:
    """What is drawn and checked costs seconds of a processor, so it is counted by itself."""
    limits.spend(limits.SIMULATE, caller=str(agent.id), at=at)
    return simulate(agent=agent, bounty_id=bounty_id, outcome=outcome, at=at)
