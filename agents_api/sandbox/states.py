"""The states of a simulation, and which may follow which. Pure."""

from enum import StrEnum

from market.transitions import Lifecycle


class SimulationState(StrEnum):
    CLAIMED = "claimed"  # the scout is on the way, or will never come
    HANDED_IN = "handed_in"  # what is made of it is the checks' and the buyer's
    FAILED = "failed"  # it could not be done; the claim was given back


SIMULATION = Lifecycle(
    "simulation",
    SimulationState.CLAIMED,
    {
        SimulationState.CLAIMED: {
            SimulationState.HANDED_IN: "hand in",
            SimulationState.FAILED: "fail",
        },
    },
)
