"""A claim may have several tries, and its slot may change: whatever is won by appeal, it is paid once."""

from datetime import timedelta

import pytest

from bounties import operations
from bounties.models import Award, Submission
from bounties.operations.submitting import AlreadySubmitted
from bounties.policies.disputes import Ruling
from tests.integration.bounties.story import ACCEPTED, BLURRED, Story


def win_appeal(story: Story, submission: Submission) -> None:
    scout = submission.scout
    dispute = operations.appeal(scout=scout, submission_id=submission.id, ground_code="other", note="", at=story.at)
    operations.rule(
        operator=story.operator, dispute_id=dispute.id, ruling=Ruling.FOR_SCOUT, reason="I looked.", at=story.at
    )


def test_what_was_paid_after_an_appeal_takes_no_second_capture(story: Story) -> None:
    bounty = story.post(slots=2)
    claim = story.claim(bounty)
    story.wait(hours=2)
    late = story.submit(claim)  # captured after the claim's end
    win_appeal(story, late)
    with pytest.raises(AlreadySubmitted):
        story.submit(claim, captured_at=story.at - timedelta(hours=1, minutes=50))
    assert Award.objects.filter(submission__claim=claim).count() == 1


def seated_elsewhere(story: Story) -> tuple[Submission, Submission]:
    """Rejected and captured again offline; by the time that arrives, the claim's slot is somebody else's."""
    bounty = story.post(slots=2)
    claim = story.claim(bounty)
    first = story.judge(story.submit(claim), BLURRED)
    captured_at = story.at
    story.wait(hours=1)
    in_slot_two = story.claim(bounty, story.other_scout)
    in_slot_one = story.claim(bounty, story.new_scout())
    operations.release(scout=in_slot_two.scout, claim_id=in_slot_two.id, at=story.at)
    second = story.submit(claim, captured_at=captured_at)
    assert second.slot_id == in_slot_two.slot_id != first.slot_id == in_slot_one.slot_id
    operations.release(scout=in_slot_one.scout, claim_id=in_slot_one.id, at=story.at)
    return first, second


def test_try_in_another_slot_is_set_aside_when_an_appeal_is_won(story: Story) -> None:
    first, second = seated_elsewhere(story)
    win_appeal(story, first)
    story.judge(second, ACCEPTED)
    assert Award.objects.filter(submission__claim=first.claim).count() == 1
    assert story.slot_states(first.bounty) == ["filled", "open"]
