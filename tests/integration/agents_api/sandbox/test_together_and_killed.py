"""Two at once, and workers that die anywhere: one claim for each slot, one capture for each simulation."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial

import pytest

from agents_api.sandbox import capturing
from agents_api.sandbox.models import Simulation
from bounties.models import Claim, Submission
from bounties.operations.claiming import NoFreeSlot
from tests.integration.agents_api.sandbox.steps import again, codes, result, send, work_off
from tests.integration.bounties.story import Story, check_always
from tests.integration.bounties.together import together
from verification.models import Session, Upload
from verification.searching import hashes


class Killed(BaseException):
    """What ends a worker is no exception that anybody may catch."""


@pytest.mark.parametrize(
    "before", ["_open", "_pictures", "_hand_in_elsewhere", "_send", "_signed", "bounties.capturing.hand_in"]
)
def test_a_worker_that_dies_is_followed_by_one_that_finishes(
    story: Story, before: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bounty = story.post()
    simulation = send(story, bounty, "reused")

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        target = before if "." in before else f"{capturing.__name__}.{before}"
        patched.setattr(target, die)
        with pytest.raises(Killed):
            capturing.perform(simulation_id=simulation.id, at=datetime.now(UTC))
    capturing.perform(simulation_id=simulation.id, at=datetime.now(UTC))
    work_off()
    assert again(simulation).state == "handed_in"
    assert sorted(codes(result(bounty))) == ["exact_reuse", "near_reuse"]
    # One session for the bounty and one for the errand before it; one upload each.
    assert (Session.objects.count(), Upload.objects.count()) == (2, 2)


def test_performed_twice_it_hands_in_once(story: Story) -> None:
    bounty = story.post()
    simulation = send(story, bounty, "good")
    for _ in range(2):
        capturing.perform(simulation_id=simulation.id, at=datetime.now(UTC))
    assert bounty.submissions.count() == 1


class TestTogether:
    @pytest.fixture
    def story(self, transactional_db: None) -> Iterator[Story]:
        hashes.forget()
        told = Story(at=datetime.now(UTC))
        yield told
        check_always(told)

    def test_of_two_at_one_slot_one_goes_and_one_hears_that_it_is_taken(self, story: Story) -> None:
        bounty = story.post()
        answers = together([partial(send, story, bounty, "good")] * 2)
        assert sorted(type(each).__name__ for each in answers) == [NoFreeSlot.__name__, Simulation.__name__]
        assert Claim.objects.count() == 1

    def test_two_at_two_slots_are_two_scouts_with_two_pictures(self, story: Story) -> None:
        bounty = story.post(slots=2)
        sent = together([partial(send, story, bounty, "good")] * 2)
        assert sorted(each.number for each in sent) == [0, 1]
        assert len({each.claim.scout_id for each in sent}) == 2
        together([partial(capturing.perform, simulation_id=each.id, at=datetime.now(UTC)) for each in sent])
        work_off()
        assert list(Submission.objects.values_list("state", flat=True)) == ["in_review"] * 2

    def test_two_workers_at_one_simulation_hand_in_once(self, story: Story) -> None:
        bounty = story.post()
        simulation = send(story, bounty, "good")
        performed = together([partial(capturing.perform, simulation_id=simulation.id, at=datetime.now(UTC))] * 2)
        work_off()
        assert performed == [None, None]
        assert (bounty.submissions.count(), again(simulation).state) == (1, "handed_in")
