"""Having a scout sent, as a request asks for it: read, counted, done. For both calls that can ask, and for tools."""

from datetime import datetime
from typing import Any
from uuid import UUID

from agents_api import limits
from agents_api.sandbox.models import Simulation
from agents_api.sandbox.outcomes import Outcome
from agents_api.sandbox.simulating import simulate, take_turn
from bounties import reading
from market.accounts.models import Account


def read_outcome(value: object, *, param: str) -> Outcome:
    given = reading.fields(value, param=param, known=("outcome",), needed=("outcome",))
    return reading.choice(given["outcome"], Outcome, param=f"{param}/outcome")


def wanted(wish: dict[str, Any], *, agent: Account) -> Outcome | None:
    """Take `simulate` out of a wish for a bounty. Asked before anything is posted: see `take_turn`."""
    if "simulate" not in wish:
        return None
    outcome = read_outcome(wish.pop("simulate"), param="/simulate")
    take_turn(agent)
    return outcome


def send_scout(*, agent: Account, bounty_id: UUID, outcome: Outcome, at: datetime) -> Simulation:
    """What is drawn and checked costs seconds of a processor, so it is counted by itself."""
    limits.spend(limits.SIMULATE, caller=str(agent.id), at=at)
    return simulate(agent=agent, bounty_id=bounty_id, outcome=outcome, at=at)
