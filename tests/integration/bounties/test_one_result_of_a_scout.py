"""Where the buyer wants several scouts, each gives one result, whatever is appealed and whenever a capture arrives."""

from datetime import timedelta

import pytest

from bounties import operations
from bounties.models import Submission
from bounties.operations.claiming import AlreadyClaimed
from bounties.policies.disputes import Ruling
from market.accounts.models import Account
from market.ledger.postings import AccountKind
from tests.integration.bounties.story import ACCEPTED, DOLLAR, REJECTED, REVIEW, Story


def win(story: Story, submission: Submission) -> Submission:
    """An appeal, and a ruling for the scout."""
    contested = operations.appeal(
        scout=submission.scout, submission_id=submission.id, ground_code="check_wrong", at=story.at
    )
    operations.rule(
        operator=story.operator, dispute_id=contested.id, ruling=Ruling.FOR_SCOUT, reason="I looked.", at=story.at
    )
    submission.refresh_from_db()
    return submission


def results_of(story: Story, scout: Account) -> int:
    return Submission.objects.filter(scout=scout, state="accepted").count()


def test_an_appeal_won_beside_an_accepted_result_is_paid_by_the_house(story: Story) -> None:
    bounty = story.post(slots=3)
    first = story.handed_in(bounty, REJECTED)
    story.handed_in(bounty, ACCEPTED)
    assert win(story, first).state == "compensated"
    assert (results_of(story, story.scout), sorted(story.slot_states(bounty))) == (1, ["filled", "open", "open"])
    assert story.house(AccountKind.DISPUTE_LOSS) == -2_500_000
    assert story.available() == 1_000 * DOLLAR - 3 * 2_750_000  # one paid, two still held for others


def test_an_appeal_won_beside_a_result_in_review_is_paid_by_the_house(story: Story) -> None:
    bounty = story.post(slots=3)
    first = story.handed_in(bounty, REJECTED)
    second = story.handed_in(bounty, REVIEW)
    assert win(story, first).state == "compensated"
    accepted = operations.accept(buyer=story.buyer, submission_id=second.id, at=story.at)
    assert (accepted.state, results_of(story, story.scout)) == ("accepted", 1)


@pytest.mark.parametrize("others_first", [0, 1])
def test_an_appeal_won_on_the_way_to_a_second_capture_ends_that_claim(story: Story, others_first: int) -> None:
    """Whether the second claim took the slot that the first one gave back, or another one."""
    bounty = story.post(slots=3)
    first = story.handed_in(bounty, REJECTED)
    for _ in range(others_first):
        story.claim(bounty, story.new_scout())
    again = story.claim(bounty)
    assert win(story, first).state == "accepted"
    again.refresh_from_db()
    assert (again.state, story.told(story.scout).count("claim.ended")) == ("ended", 1)
    assert story.house(AccountKind.DISPUTE_LOSS) == 0


def test_whose_appeal_was_won_cannot_claim_again(story: Story) -> None:
    bounty = story.post(slots=3)
    win(story, story.handed_in(bounty, REJECTED))
    with pytest.raises(AlreadyClaimed):
        story.claim(bounty)


def test_a_capture_that_arrives_after_an_appeal_was_won_is_not_needed(story: Story) -> None:
    bounty = story.post(slots=3)
    first = story.handed_in(bounty, REJECTED)
    second = story.claim(bounty)
    story.at = second.expires_at + timedelta(seconds=1)
    operations.expire_claim(claim_id=second.id, at=story.at)
    win(story, first)
    late = story.submit(second, captured_at=second.claimed_at)
    assert (late.state, late.set_aside_because) == ("set_aside", "slot_filled")


def test_two_appeals_of_one_scout_are_one_result(story: Story) -> None:
    bounty = story.post(slots=3)
    both = [story.handed_in(bounty, REJECTED) for _ in range(2)]
    assert [win(story, each).state for each in both] == ["accepted", "compensated"]


def test_where_one_scout_may_answer_several_times_each_appeal_is_paid_from_the_hold(story: Story) -> None:
    bounty = story.post(slots=3, distinct_scouts=False)
    first = story.handed_in(bounty, REJECTED)
    story.handed_in(bounty, ACCEPTED)
    assert win(story, first).state == "accepted"
    assert results_of(story, story.scout) == 2
