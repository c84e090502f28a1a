"""Verdicts, and the reviews they lead to: the buyer's, an operator's, and silence."""

from datetime import timedelta

import pytest

from bounties import operations, verifying
from bounties.models import Award, OperatorAction, Submission
from bounties.operations.locking import NoSuchSubmission
from bounties.operations.reviewing import NotYoursToReview
from bounties.policies.grounds import UnknownGround
from market.events.models import Event
from market.ledger.postings import AccountKind
from market.transitions import WrongState
from tests.integration.bounties.story import ACCEPTED, DOLLAR, DOUBTED, OPERATORS_REVIEW, REJECTED, REVIEW, Story


def reject(story: Story, submission: Submission, ground: str = "wrong_place", note: str = "") -> Submission:
    return operations.reject(buyer=story.buyer, submission_id=submission.id, ground_code=ground, note=note, at=story.at)


def test_a_verdict_recorded_twice_pays_once(story: Story) -> None:
    submission = story.handed_in(story.post(), ACCEPTED)
    story.judge(submission, ACCEPTED)
    story.judge(submission, REJECTED)
    submission.refresh_from_db()
    assert (submission.state, submission.verdict and submission.verdict["outcome"]) == ("accepted", "accept")
    assert (Award.objects.count(), story.earned()) == (1, (2_500_000, 0))


def test_a_rejection_names_its_reasons_to_each_side_in_its_own_words(story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    assert submission.reasons == [{"number": 1, "code": "geofence", "sentence": "You were 2 km away."}]
    to_scout = Event.objects.get(account=story.scout, type="submission.rejected").data
    to_buyer = Event.objects.get(account=story.buyer, type="result.rejected").data
    assert to_scout["reasons"][0]["sentence"] == "You were 2 km away."
    assert to_buyer["reasons"][0]["sentence"] == "It was captured 2 km away."
    assert (to_scout["retake_until"], submission.appeal_by) == (None, story.at + timedelta(hours=48))


def test_a_blocked_place_is_paid_its_own_reward_and_the_rest_comes_back(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    story.judge(story.submit(claim, answers=[], blocked=Submission.Blocked.NO_ACCESS), ACCEPTED)
    assert story.earned() == (750_000, 0)
    assert story.house(AccountKind.PLATFORM_FEE) == 75_000
    assert story.available() == 1_000 * DOLLAR - 825_000
    bounty.refresh_from_db()
    assert bounty.state == "completed"
    story.wait(hours=24)
    assert story.earned() == (0, 750_000)


def test_a_buyer_who_wants_to_look_is_asked_even_when_every_check_passed(story: Story) -> None:
    submission = story.handed_in(story.post(review="buyer", review_hours=3), ACCEPTED)
    assert (submission.state, submission.reviewer) == ("in_review", "buyer")
    assert submission.review_due_at == story.at + timedelta(hours=3)


def test_a_buyer_who_accepts_pays(story: Story) -> None:
    submission = story.handed_in(story.post(), REVIEW)
    accepted = operations.accept(buyer=story.buyer, submission_id=submission.id, at=story.at)
    assert (accepted.state, accepted.decided_by, story.earned()) == ("accepted", "buyer", (2_500_000, 0))
    again = operations.accept(buyer=story.buyer, submission_id=submission.id, at=story.at)
    assert again.version == accepted.version


def test_a_buyer_rejects_for_published_grounds_only(story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REVIEW)
    with pytest.raises(UnknownGround):
        reject(story, submission, "i_do_not_like_it")
    rejected = reject(story, submission, note="That is the other bakery.")
    assert rejected.reasons == [
        {
            "number": 1,
            "code": "wrong_place",
            "sentence": "The capture does not show the place that was asked for. That is the other bakery.",
        }
    ]
    assert (rejected.decided_by, story.slot_states(bounty), story.held(bounty)) == ("buyer", ["open"], 2_750_000)


def test_a_ground_that_another_try_can_mend_leaves_the_claim_alive(story: Story) -> None:
    submission = story.handed_in(story.post(), REVIEW)
    assert reject(story, submission, "unusable_quality").claim.state == "live"


def test_the_buyers_silence_pays(story: Story) -> None:
    submission = story.handed_in(story.post(), REVIEW)
    story.wait(hours=23, minutes=59)
    submission.refresh_from_db()
    assert submission.state == "in_review"
    story.wait(minutes=1)
    submission.refresh_from_db()
    assert (submission.state, submission.decided_by) == ("accepted", "silence")


def test_what_an_operator_has_to_look_at_is_not_the_buyers_yet(story: Story) -> None:
    submission = story.handed_in(story.post(), OPERATORS_REVIEW)
    assert submission.reviewer == "operator"
    with pytest.raises(NotYoursToReview):
        operations.accept(buyer=story.buyer, submission_id=submission.id, at=story.at)
    operations.accept_as_operator(operator=story.operator, submission_id=submission.id, reason="Fine.", at=story.at)
    submission.refresh_from_db()
    assert (submission.state, submission.decided_by, OperatorAction.objects.get().action) == (
        "accepted",
        "operator",
        "accept",
    )


def test_an_operator_rejects_with_a_reason_that_the_scout_reads(story: Story) -> None:
    submission = story.handed_in(story.post(), OPERATORS_REVIEW)
    rejected = operations.reject_as_operator(
        operator=story.operator,
        submission_id=submission.id,
        ground_code="not_genuine",
        reason="A picture of a screen.",
        at=story.at,
    )
    assert "A picture of a screen." in rejected.reasons[0]["sentence"]
    assert rejected.decided_by == "operator"


def test_an_operators_silence_hands_it_on_to_the_buyer(story: Story) -> None:
    submission = story.handed_in(story.post(), OPERATORS_REVIEW)
    story.wait(hours=24)
    submission.refresh_from_db()
    assert (submission.state, submission.reviewer) == ("in_review", "buyer")
    story.wait(hours=24)
    submission.refresh_from_db()
    assert (submission.state, submission.decided_by) == ("accepted", "silence")


def test_nobodys_silence_pays_for_what_is_in_doubt(story: Story) -> None:
    bounty = story.post(window={"closes_at": (story.at + timedelta(days=10)).isoformat()})
    submission = story.handed_in(bounty, DOUBTED)
    story.wait(hours=24)
    submission.refresh_from_db()
    assert (submission.state, submission.reviewer) == ("in_review", "buyer")
    story.wait(hours=24)
    submission.refresh_from_db()
    assert (submission.state, submission.decided_by) == ("rejected", "silence")
    assert [each["sentence"] for each in submission.reasons] == ["Somebody has to look."]
    assert (story.earned(), story.slot_states(bounty)) == ((0, 0), ["open"])
    in_review = Event.objects.filter(account=story.buyer, type="result.in_review").order_by("position")
    assert [each.data["silence"] for each in in_review] == ["passes_on", "rejects"]
    # The scout is heard by a person; where none of ours answers, the doubt stands.
    operations.appeal(scout=story.scout, submission_id=submission.id, ground_code="check_wrong", at=story.at)
    story.wait(days=7)
    submission.refresh_from_db()
    assert (submission.state, story.earned()) == ("rejected", (0, 0))


def test_a_buyer_may_still_accept_what_is_in_doubt(story: Story) -> None:
    submission = story.handed_in(story.post(), DOUBTED)
    story.wait(hours=24)
    accepted = operations.accept(buyer=story.buyer, submission_id=submission.id, at=story.at)
    assert (accepted.state, accepted.decided_by) == ("accepted", "buyer")


def test_what_is_decided_is_not_reviewed_again(story: Story) -> None:
    submission = story.handed_in(story.post(), ACCEPTED)
    with pytest.raises(WrongState):
        reject(story, submission)
    with pytest.raises(WrongState):
        operations.accept_as_operator(operator=story.operator, submission_id=submission.id, reason="x", at=story.at)


def test_another_buyers_result_is_not_found(story: Story) -> None:
    submission = story.handed_in(story.post(), REVIEW)
    with pytest.raises(NoSuchSubmission):
        operations.accept(buyer=story.other_buyer, submission_id=submission.id, at=story.at)


def test_without_anybody_to_verify_the_buyer_is_told_so_and_decides(story: Story) -> None:
    submission = story.submit(story.claim(story.post()))
    verifying.verify_submission(submission_id=submission.id, at=story.at)
    submission.refresh_from_db()
    assert (submission.state, submission.reviewer) == ("in_review", "buyer")
    assert submission.verdict is not None
    assert submission.verdict["for_buyer"][0]["code"] == "not_checked"


def test_whoever_verifies_is_asked_once_and_believed(story: Story) -> None:
    submission = story.submit(story.claim(story.post()))
    verifying.use(lambda submission_id: REJECTED if submission_id == submission.id else ACCEPTED)
    try:
        verifying.verify_submission(submission_id=submission.id, at=story.at)
    finally:
        verifying.use(None)
    submission.refresh_from_db()
    assert submission.state == "rejected"


def test_what_breaks_the_checks_is_looked_at_by_a_person(story: Story) -> None:
    submission = story.submit(story.claim(story.post()))
    verifying.give_up(submission_id=submission.id, at=story.at)
    submission.refresh_from_db()
    assert (submission.state, submission.reviewer) == ("in_review", "operator")
