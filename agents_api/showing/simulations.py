"""A simulation as the agent sees it: what to expect of it, and what to wait for."""

from datetime import timedelta
from typing import Any

from agents_api.answers import MODE, NEXT_ACTION, Record, an_id, kind, moment, one_of, words
from agents_api.problems import Call
from agents_api.sandbox.models import Simulation
from agents_api.sandbox.outcomes import EXPECT, Outcome
from agents_api.showing.bounties import BOUNTY, wait_for
from bounties.models import Submission
from bounties.states import SUBMISSION_IS_RESULT
from market.ids import encode

SIMULATION = Record(
    name="Simulation",
    text="A simulated scout who is on the way.",
    fields={
        "id": an_id("sim"),
        "object": kind("simulation"),
        "mode": MODE,
        "bounty": an_id("bnt"),
        "outcome": one_of(list(Outcome), text="How it will go."),
        "expect": words("What will come of it.", sample=EXPECT[Outcome.GOOD]),
        "claim_expires_at": moment("Until then the scout has its slot."),
        "next_action": NEXT_ACTION,
    },
)


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
    known = Submission.objects.filter(bounty_id=simulation.bounty_id, state__in=SUBMISSION_IS_RESULT).count()
    return {"do": "wait", "call": wait_for(path, results=known), "until": until}


POSTED_BOUNTY = Record(
    name="PostedBounty",
    text="The bounty, and the simulated scout if one was asked for.",
    fields={**BOUNTY.fields, "simulation": SIMULATION},
    sometimes=frozenset({"simulation"}),
)
