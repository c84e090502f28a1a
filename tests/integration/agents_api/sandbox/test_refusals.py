"""When no simulated scout goes, and what is said then."""

from datetime import timedelta

import pytest

from agents_api.sandbox import simulating
from agents_api.sandbox.models import Simulation
from agents_api.sandbox.simulating import (
    NightThere,
    NothingToSimulate,
    SimulationOnlyInTest,
    TooManySimulations,
    WindowNotOpen,
)
from bounties.models import Claim
from bounties.operations import cancel
from bounties.operations.claiming import NoFreeSlot
from bounties.operations.locking import NoSuchBounty
from bounties.policies.claims import ReputationTooLow
from market.accounts.models import Account
from market.errors import DomainError
from tests.integration.agents_api.sandbox.steps import again, send, work_off
from tests.integration.bounties.story import Story


def test_nobody_is_simulated_for_a_live_key(story: Story) -> None:
    live = Account.objects.create(kind="agent", mode="live")
    with pytest.raises(SimulationOnlyInTest):
        send(story, story.post(), "good", agent=live)


def test_another_agents_bounty_does_not_exist(story: Story) -> None:
    with pytest.raises(NoSuchBounty):
        send(story, story.post(), "good", agent=story.other_buyer)


def test_a_bounty_that_is_not_open_is_said_to_be_so(story: Story) -> None:
    bounty = story.post()
    cancel(buyer=story.buyer, bounty_id=bounty.id, at=story.at)
    with pytest.raises(NothingToSimulate, match="cancelled"):
        send(story, bounty, "good")


def test_before_the_window_opens_nobody_goes_and_after_the_clock_has_moved_somebody_does(story: Story) -> None:
    opens_at = story.at + timedelta(days=3)
    window = {"opens_at": opens_at.isoformat(), "closes_at": (opens_at + timedelta(hours=2)).isoformat()}
    bounty = story.post(window=window)
    with pytest.raises(WindowNotOpen):
        send(story, bounty, "good")
    Account.objects.filter(pk=story.buyer.pk).update(clock_ahead=timedelta(days=3, minutes=1))
    story.buyer.refresh_from_db()
    send(story, bounty, "good")
    work_off()
    assert bounty.submissions.get().state == "in_review"


@pytest.mark.parametrize("sun", [-10.0, 30.0])
def test_where_daylight_is_asked_for_nobody_goes_at_night(
    story: Story, sun: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounty = story.post(proof={"daylight": True})
    monkeypatch.setattr(simulating, "sun_elevation", lambda *_: sun)
    if sun < 0:
        with pytest.raises(NightThere):
            send(story, bounty, "good")
    else:
        assert send(story, bounty, "good").state == "claimed"


def test_a_scout_is_no_better_known_than_it_is(story: Story) -> None:
    with pytest.raises(ReputationTooLow):
        send(story, story.post(least_reputation=90), "good")
    assert Claim.objects.count() == 0


def test_the_second_scout_finds_the_only_slot_taken(story: Story) -> None:
    bounty = story.post()
    send(story, bounty, "good")
    with pytest.raises(NoFreeSlot):
        send(story, bounty, "good")


def test_so_many_at_once_and_no_more(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulating, "MOST_AT_ONCE", 2)
    bounty = story.post(slots=4)
    send(story, bounty, "good")
    send(story, bounty, "good")
    send(story, bounty, "no_show")  # is nobody's work
    with pytest.raises(TooManySimulations):
        send(story, bounty, "good")
    work_off()
    assert send(story, bounty, "good").state == "claimed"


def test_what_cannot_be_handed_in_any_more_is_told_by_the_claim_given_back(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounty = story.post()
    simulation = send(story, bounty, "good")

    class Broken(DomainError):
        """Refused for this test."""

        code = "broken_for_a_test"

    def refuse(*_: object, **__: object) -> None:
        raise Broken("No.")

    with monkeypatch.context() as patched:
        patched.setattr("bounties.capturing.open_session", refuse)
        work_off()
    simulation = again(simulation)
    assert (simulation.state, simulation.failed_because) == ("failed", "broken_for_a_test")
    assert (simulation.claim.state, story.slot_states(bounty)) == ("released", ["open"])


def test_a_claim_that_is_over_before_anybody_worked_ends_the_simulation(story: Story) -> None:
    bounty = story.post()
    simulation = send(story, bounty, "good")
    Account.objects.filter(pk=story.buyer.pk).update(clock_ahead=timedelta(hours=5))
    work_off()
    assert (again(simulation).state, again(simulation).failed_because) == ("failed", "claim_over")
    story.wait(hours=0)
    assert again(simulation).claim.state == "expired"
    assert Simulation.objects.count() == 1
