"""A simulation as the agent sees it: what to expect of it, and what to wait for."""

from datetime import timedelta
from typing import Any

from agents_api.problems import Call
from agents_api.sandbox.models import Simulation
from agents_api.sandbox.outcomes import EXPECT, Outcome
from agents_api.showing.bounties import WAIT_SECONDS
from agents_api.showing.results import VISIBLE
from bounties.models import Submission
from market.ids import encode


def simulation(simulation: Simulation) -> dict[str, Any]:
    outcome = Outcome(simulation.outcome)
    return {
        "id": encode("sim", simulation.id),
        "object": "simulation",
        "mode": simulation.mode,
        "bounty": encode("bnt", simulation.bounty_id),
        "outcome": outcome.value,
        "expect": EXPECT[outcome],
        "claim_expires_at": simulation.claim.expires_at,
        "next_action": next_action(simulation),
    }


def next_action(simulation: Simulation) -> dict[str, Any]:
    """For the result that comes of it; of one who never comes, for the end of the claim."""
    path, until = f"/v1/bounties/{encode('bnt', simulation.bounty_id)}", simulation.claim.expires_at
    if simulation.outcome == Outcome.NO_SHOW:
        # Times are told without their fractions: the whole second after it is surely over.
        sooner = Call("POST", "/v1/test/clock", {"to": until + timedelta(seconds=1)})
        return {"do": "wait", "call": Call("GET", path).render(), "or": sooner.render(), "until": until}
    known = Submission.objects.filter(bounty=simulation.bounty_id, state__in=VISIBLE).count()
    call = Call("GET", f"{path}?wait={WAIT_SECONDS}&results={known + 1}")
    return {"do": "wait", "call": call.render(), "until": until}
