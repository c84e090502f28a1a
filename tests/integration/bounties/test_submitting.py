"""Handing in: once, in time, late, offline, for a slot that somebody else has filled meanwhile."""

from datetime import timedelta

import pytest

from bounties import operations
from bounties.models import Submission
from bounties.operations.locking import NoSuchClaim
from bounties.operations.submitting import AlreadySubmitted
from bounties.reading import MissingField
from market.ids import new_id
from market.work.models import Work
from tests.integration.bounties.story import ACCEPTED, BLURRED, REJECTED, REVIEW, Story


def test_what_is_handed_in_is_kept_and_sent_to_be_verified(story: Story) -> None:
    bounty = story.post()
    submission = story.submit(story.claim(bounty))
    assert (submission.state, submission.claim.state, story.slot_states(bounty)) == (
        "verifying",
        "submitted",
        ["judging"],
    )
    assert Work.objects.get().subject == str(submission.id)
    assert (submission.licence, submission.resale) == (submission.claim.licence, submission.claim.resale)
    assert story.told(story.scout)[-1] == "submission.received"
    assert story.told(story.buyer)[-1] == "result.received"


def test_the_same_capture_handed_in_again_changes_nothing(story: Story) -> None:
    claim = story.claim(story.post())
    hand_in = operations.HandIn(new_id(), story.at, [{"question_id": "q1", "value": "Yes."}])
    first = operations.submit(scout=story.scout, claim_id=claim.id, hand_in=hand_in, at=story.at)
    story.judge(first, ACCEPTED)
    again = operations.submit(scout=story.scout, claim_id=claim.id, hand_in=hand_in, at=story.at)
    assert (again.id, again.state) == (first.id, "accepted")
    assert story.told(story.scout).count("submission.received") == 1


def test_a_second_capture_waits_for_the_verdict_on_the_first(story: Story) -> None:
    claim = story.claim(story.post())
    story.submit(claim)
    with pytest.raises(AlreadySubmitted):
        story.submit(claim)
    assert Submission.objects.count() == 1


def test_a_capture_of_another_claim_is_refused(story: Story) -> None:
    mine, theirs = story.claim(story.post()), story.claim(story.post(), story.other_scout)
    submission = story.submit(theirs)
    hand_in = operations.HandIn(submission.capture_id, story.at, [{"question_id": "q1", "value": "Yes."}])
    with pytest.raises(NoSuchClaim):
        operations.submit(scout=story.scout, claim_id=mine.id, hand_in=hand_in, at=story.at)
    with pytest.raises(NoSuchClaim):
        operations.submit(scout=story.scout, claim_id=theirs.id, hand_in=hand_in, at=story.at)


def test_answers_that_do_not_fit_leave_the_claim_as_it_was(story: Story) -> None:
    claim = story.claim(story.post())
    with pytest.raises(MissingField):
        story.submit(claim, answers=[])
    claim.refresh_from_db()
    assert (claim.state, Submission.objects.count()) == ("live", 0)


def test_a_blocked_place_is_an_answer(story: Story) -> None:
    claim = story.claim(story.post())
    submission = story.submit(claim, answers=[], blocked=Submission.Blocked.NOT_THERE)
    assert (submission.state, submission.blocked, submission.answers) == ("verifying", "not_there", [])


def test_what_was_captured_in_time_and_sent_offline_later_is_judged(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    captured_at = story.at + timedelta(minutes=20)
    story.wait(hours=20)
    bounty.refresh_from_db()
    assert bounty.state == "closing"
    submission = story.submit(claim, captured_at=captured_at)
    assert (submission.state, story.slot_states(bounty)) == ("verifying", ["judging"])
    story.judge(submission, ACCEPTED)
    bounty.refresh_from_db()
    assert (bounty.state, story.earned()) == ("completed", (2_500_000, 0))


@pytest.mark.parametrize("how", ["captured late", "sent late", "released"])
def test_what_comes_too_late_is_kept_and_answered_late(story: Story, how: str) -> None:
    bounty = story.post(window={"closes_at": (story.at + timedelta(days=3)).isoformat()})
    claim = story.claim(bounty)
    captured_at = story.at + timedelta(minutes=20)
    if how == "captured late":
        story.at += timedelta(minutes=40)  # no sweep has been there
        captured_at = story.at
    elif how == "sent late":
        story.wait(hours=25)
    else:
        operations.release(scout=story.scout, claim_id=claim.id, at=story.at)
    submission = story.submit(claim, captured_at=captured_at)
    assert (submission.state, submission.set_aside_because) == ("set_aside", "late")
    assert submission.appeal_by == story.at + timedelta(hours=48)
    assert story.slot_states(bounty) == ["open"]
    assert Work.objects.filter(subject=str(submission.id)).exists()  # who hears an appeal needs the evidence
    with pytest.raises(AlreadySubmitted):
        story.submit(claim)
    assert "result.received" not in story.told(story.buyer)


def test_a_device_that_claims_to_capture_in_the_future_is_taken_at_our_word(story: Story) -> None:
    claim = story.claim(story.post())
    assert story.submit(claim, captured_at=story.at + timedelta(days=400)).state == "verifying"


def test_what_comes_when_the_slot_is_filled_is_answered_so(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    captured_at = story.at
    story.wait(minutes=30)
    story.handed_in(bounty, ACCEPTED, story.other_scout)
    submission = story.submit(claim, captured_at=captured_at)
    assert (submission.state, submission.set_aside_because) == ("set_aside", "slot_filled")


def test_an_offline_capture_takes_another_free_slot_where_its_own_is_taken(story: Story) -> None:
    bounty = story.post(slots=2)
    claim = story.claim(bounty)
    captured_at = story.at
    story.wait(minutes=30)
    for _ in range(2):  # both slots: the second scout gets the one that was never claimed
        story.claim(bounty, story.new_scout())
    assert story.slot_states(bounty) == ["claimed", "claimed"]
    story.wait(minutes=30)
    taken = story.claim(bounty, story.other_scout)
    submission = story.submit(claim, captured_at=captured_at)
    assert submission.state == "verifying"
    assert submission.slot.number != taken.slot.number


def test_an_offline_capture_and_a_live_claim_race_for_the_slot(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    captured_at = story.at
    story.wait(minutes=30)
    other = story.claim(bounty, story.other_scout)
    submission = story.submit(claim, captured_at=captured_at)
    assert (submission.state, story.slot_states(bounty)) == ("verifying", ["claimed"])
    story.judge(submission, ACCEPTED)
    other.refresh_from_db()
    assert (other.state, story.slot_states(bounty)) == ("ended", ["filled"])
    assert story.told(story.other_scout)[-1] == "claim.ended"
    assert story.submit(other).set_aside_because == "slot_filled"


def test_of_two_captures_in_review_for_one_slot_one_is_accepted(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    captured_at = story.at
    story.wait(minutes=30)
    other = story.judge(story.submit(story.claim(bounty, story.other_scout)), REVIEW)
    offline = story.judge(story.submit(claim, captured_at=captured_at), REVIEW)
    operations.accept(buyer=story.buyer, submission_id=offline.id, at=story.at)
    other.refresh_from_db()
    assert (other.state, other.set_aside_because) == ("set_aside", "slot_filled")
    assert story.told(story.buyer).count("result.set_aside") == 1


def test_a_scout_who_claimed_again_is_counted_once(story: Story) -> None:
    bounty = story.post(slots=3)
    first = story.claim(bounty)
    captured_at = story.at
    story.wait(minutes=30)
    again = story.claim(bounty)
    submission = story.submit(first, captured_at=captured_at)
    again.refresh_from_db()
    assert (submission.state, again.state) == ("verifying", "ended")


def test_a_scout_whose_second_claim_was_answered_is_not_paid_for_the_first(story: Story) -> None:
    bounty = story.post(slots=3)
    first = story.claim(bounty)
    captured_at = story.at
    story.wait(minutes=30)
    story.handed_in(bounty, ACCEPTED)
    assert story.submit(first, captured_at=captured_at).set_aside_because == "slot_filled"


def test_a_retake_is_possible_while_the_claim_lives(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    story.judge(story.submit(claim), BLURRED)
    claim.refresh_from_db()
    assert (claim.state, story.slot_states(bounty)) == ("live", ["claimed"])
    submission = story.judge(story.submit(claim), ACCEPTED)
    assert (submission.state, story.earned()) == ("accepted", (2_500_000, 0))


def test_no_retake_mends_a_contradiction(story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REJECTED)
    assert (submission.claim.state, story.slot_states(bounty)) == ("failed", ["open"])
    with pytest.raises(AlreadySubmitted):
        story.submit(submission.claim)


def test_retakes_come_to_an_end(story: Story) -> None:
    claim = story.claim(story.post())
    for state in ("live", "live", "failed"):
        story.judge(story.submit(claim), BLURRED)
        claim.refresh_from_db()
        assert claim.state == state


def test_a_retake_needs_a_free_place_among_the_scouts_claims(story: Story) -> None:
    claim = story.claim(story.post())
    submission = story.submit(claim)
    for _ in range(5):
        story.claim(story.post())
    story.judge(submission, BLURRED)
    claim.refresh_from_db()
    assert claim.state == "failed"


def test_another_scout_cannot_hand_in_for_a_claim(story: Story) -> None:
    claim = story.claim(story.post())
    hand_in = operations.HandIn(new_id(), story.at, [{"question_id": "q1", "value": "Yes."}])
    with pytest.raises(NoSuchClaim):
        operations.submit(scout=story.other_scout, claim_id=claim.id, hand_in=hand_in, at=story.at)
