"""Short words for what the tests of the sandbox do."""

from datetime import UTC, datetime
from uuid import UUID

from agents_api.sandbox.models import Simulation
from agents_api.sandbox.outcomes import Outcome
from agents_api.sandbox.simulating import simulate
from bounties.models import Bounty, Submission
from market.accounts.models import Account
from market.work.models import Work
from market.work.running import run
from tests.integration.bounties.story import Story


def send(story: Story, bounty: Bounty, outcome: str, *, agent: Account | None = None) -> Simulation:
    return simulate(agent=agent or story.buyer, bounty_id=bounty.id, outcome=Outcome(outcome), at=story.at)


def work_off() -> None:
    """Everything that is due, and what it asks for, as a worker does it."""
    while due := Work.objects.filter(done_at=None, given_up_at=None, due_at__lte=datetime.now(UTC)).first():
        run(work_id=due.id, at=datetime.now(UTC))
        due.refresh_from_db()
        assert due.last_error == "", due.last_error


def result(bounty: Bounty) -> Submission:
    return Submission.objects.select_related("claim").get(bounty=bounty)


def codes(submission: Submission) -> list[str]:
    assert submission.verdict is not None
    return [reason["code"] for reason in submission.verdict["for_buyer"]]


def again(simulation: Simulation) -> Simulation:
    return Simulation.objects.select_related("claim", "bounty").get(pk=simulation.pk)


def bounty_now(bounty_id: UUID) -> Bounty:
    return Bounty.objects.get(pk=bounty_id)
