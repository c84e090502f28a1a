"""Appeals and disputes: who may contest what, until when, what is written, and what a ruling moves."""

from datetime import timedelta

import pytest

from bounties import operations
from bounties.models import Dispute, DisputeMessage, OperatorAction, Submission
from bounties.operations.disputing import (
    AlreadyContested,
    AlreadyPaid,
    DecisionIsFinal,
    TooLateToContest,
    TooManyMessages,
)
from bounties.operations.locking import NoSuchDispute, NoSuchSubmission
from bounties.policies.disputes import Ruling
from market.accounts.models import Account
from market.ledger.postings import AccountKind
from market.transitions import WrongState
from tests.integration.bounties.story import ACCEPTED, BLURRED, DOLLAR, DOUBTED, REJECTED, REVIEW, Story


def appeal(story: Story, submission: Submission, note: str = "It was right there.") -> Dispute:
    return operations.appeal(
        scout=submission.scout, submission_id=submission.id, ground_code="check_wrong", note=note, at=story.at
    )


def dispute(story: Story, submission: Submission) -> Dispute:
    return operations.dispute(
        buyer=story.buyer, submission_id=submission.id, ground_code="not_genuine", note="A stock photo.", at=story.at
    )


def rule(story: Story, contested: Dispute, ruling: Ruling) -> Dispute:
    return operations.rule(
        operator=story.operator, dispute_id=contested.id, ruling=ruling, reason="Looked at it.", at=story.at
    )


# --- the scout's appeal ---


def test_an_appeal_won_while_the_slot_is_free_is_paid_from_the_hold(story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REJECTED)
    rule(story, appeal(story, submission), Ruling.FOR_SCOUT)
    submission.refresh_from_db()
    bounty.refresh_from_db()
    assert (submission.state, submission.decided_by, bounty.state) == ("accepted", "ruling", "completed")
    assert (story.earned(), story.held(bounty)) == ((0, 2_500_000), 0)  # final: nothing more to wait for
    assert story.house(AccountKind.DISPUTE_LOSS) == 0


def test_an_appeal_won_after_the_slot_was_filled_again_is_paid_by_the_house(story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REJECTED)
    contested = appeal(story, submission)
    story.handed_in(bounty, ACCEPTED, story.other_scout)
    rule(story, contested, Ruling.FOR_SCOUT)
    submission.refresh_from_db()
    assert (submission.state, story.earned()) == ("compensated", (0, 2_500_000))
    assert story.house(AccountKind.DISPUTE_LOSS) == -2_500_000
    assert story.available() == 1_000 * DOLLAR - 2_750_000  # paid once, and got one result
    assert story.told(story.buyer).count("result.accepted") == 1


def test_an_appeal_won_after_the_money_went_back_is_paid_by_the_house(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    captured_at = story.at
    story.wait(hours=25)
    submission = story.submit(claim, captured_at=captured_at)
    bounty.refresh_from_db()
    assert (bounty.state, submission.set_aside_because) == ("expired", "late")
    rule(story, appeal(story, submission), Ruling.FOR_SCOUT)
    submission.refresh_from_db()
    assert (submission.state, story.earned()) == ("compensated", (0, 2_500_000))
    assert story.available() == 1_000 * DOLLAR


def test_an_appeal_lost_changes_nothing_and_is_final(story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    ruled = rule(story, appeal(story, submission), Ruling.FOR_BUYER)
    submission.refresh_from_db()
    assert (ruled.state, submission.state, story.earned()) == ("ruled", "rejected", (0, 0))
    with pytest.raises(AlreadyContested):
        appeal(story, submission)
    with pytest.raises(WrongState):
        rule(story, ruled, Ruling.FOR_SCOUT)


def test_a_running_appeal_holds_the_money_of_its_slot(story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REJECTED)
    contested = appeal(story, submission)
    story.wait(days=6)
    bounty.refresh_from_db()
    assert (bounty.state, bounty.due_at, story.held(bounty)) == ("closing", None, 2_750_000)
    rule(story, contested, Ruling.FOR_SCOUT)
    bounty.refresh_from_db()
    assert (bounty.state, story.earned()) == ("completed", (0, 2_500_000))


def test_an_appeal_has_a_deadline(story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    story.wait(hours=48, seconds=1)
    with pytest.raises(TooLateToContest):
        appeal(story, submission)


def test_what_was_accepted_cannot_be_appealed(story: Story) -> None:
    with pytest.raises(WrongState):
        appeal(story, story.handed_in(story.post(), ACCEPTED))


def test_a_claim_is_paid_once_however_many_tries_are_contested(story: Story) -> None:
    bounty = story.post(slots=2)
    claim = story.claim(bounty)
    first = story.judge(story.submit(claim), BLURRED)
    contested = appeal(story, first)
    story.judge(story.submit(claim), ACCEPTED)
    contested.refresh_from_db()
    assert contested.state == "withdrawn"
    assert story.told(story.scout).count("dispute.withdrawn") == 1

    claim = story.claim(bounty, story.other_scout)
    tries = [story.judge(story.submit(claim), BLURRED) for _ in range(3)]
    won, moot = appeal(story, tries[0]), appeal(story, tries[1])
    rule(story, won, Ruling.FOR_SCOUT)
    moot.refresh_from_db()
    assert (moot.state, story.earned(story.other_scout)) == ("withdrawn", (0, 2_500_000))
    with pytest.raises(AlreadyPaid):
        appeal(story, tries[2])


def test_a_won_appeal_ends_the_claim_that_was_tried_again(story: Story) -> None:
    claim = story.claim(story.post())
    first = story.judge(story.submit(claim), BLURRED)
    rule(story, appeal(story, first), Ruling.FOR_SCOUT)
    claim.refresh_from_db()
    assert (claim.state, story.earned()) == ("ended", (0, 2_500_000))


# --- the buyer's dispute ---


def test_a_dispute_won_by_the_buyer_gives_everything_back(story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, ACCEPTED)
    contested = dispute(story, submission)
    story.wait(days=3)
    assert story.earned() == (2_500_000, 0)  # contested money does not settle
    rule(story, contested, Ruling.FOR_BUYER)
    submission.refresh_from_db()
    assert (submission.state, submission.award.state, story.earned()) == ("rejected", "reversed", (0, 0))
    assert submission.reasons[0]["code"] == "not_genuine"
    assert (story.available(), story.house(AccountKind.PLATFORM_FEE)) == (1_000 * DOLLAR, 0)
    with pytest.raises(DecisionIsFinal):
        appeal(story, submission)


def test_a_dispute_won_by_the_scout_settles_at_once(story: Story) -> None:
    submission = story.handed_in(story.post(), ACCEPTED)
    rule(story, dispute(story, submission), Ruling.FOR_SCOUT)
    assert story.earned() == (0, 2_500_000)
    with pytest.raises(TooLateToContest):
        dispute(story, submission)


def test_what_is_settled_cannot_be_disputed(story: Story) -> None:
    submission = story.handed_in(story.post(), ACCEPTED)
    story.at += timedelta(hours=24)
    with pytest.raises(TooLateToContest):  # no sweep has been there
        dispute(story, submission)
    story.wait()
    with pytest.raises(TooLateToContest):
        dispute(story, submission)


def test_a_result_is_disputed_once(story: Story) -> None:
    submission = story.handed_in(story.post(), ACCEPTED)
    contested = dispute(story, submission)
    with pytest.raises(AlreadyContested):
        dispute(story, submission)
    operations.withdraw(account=story.buyer, dispute_id=contested.id, at=story.at)
    with pytest.raises(AlreadyContested):
        dispute(story, submission)


def test_a_dispute_taken_back_lets_the_window_close(story: Story) -> None:
    submission = story.handed_in(story.post(), ACCEPTED)
    contested = dispute(story, submission)
    story.wait(hours=30)
    operations.withdraw(account=story.buyer, dispute_id=contested.id, at=story.at)
    assert operations.withdraw(account=story.buyer, dispute_id=contested.id, at=story.at).state == "withdrawn"
    story.wait()
    assert story.earned() == (0, 2_500_000)


# --- what is written ---


def test_both_sides_and_an_operator_write_and_both_hear_of_it(story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    contested = appeal(story, submission)
    operations.message(account=story.scout, dispute_id=contested.id, text="See the sign.", at=story.at)
    with pytest.raises(WrongState):
        operations.answer(account=story.scout, dispute_id=contested.id, text="I answer myself.", at=story.at)
    answered = operations.answer(account=story.buyer, dispute_id=contested.id, text="Which sign?", at=story.at)
    assert answered.state == "answered"
    with pytest.raises(WrongState):
        operations.answer(account=story.buyer, dispute_id=contested.id, text="Again.", at=story.at)
    operations.message_as_operator(operator=story.operator, dispute_id=contested.id, text="Hello.", at=story.at)
    assert list(DisputeMessage.objects.order_by("id").values_list("author", "text")) == [
        ("scout", "It was right there."),
        ("scout", "See the sign."),
        ("buyer", "Which sign?"),
        ("operator", "Hello."),
    ]
    assert story.told(story.buyer).count("dispute.message") == story.told(story.scout).count("dispute.message") == 3
    rule(story, contested, Ruling.FOR_BUYER)
    with pytest.raises(WrongState):
        operations.message(account=story.scout, dispute_id=contested.id, text="But!", at=story.at)
    assert OperatorAction.objects.get().action == "rule_for_buyer"


def test_nobody_writes_without_end(story: Story) -> None:
    contested = appeal(story, story.handed_in(story.post(), REJECTED), note="")
    for _ in range(20):
        operations.message(account=story.scout, dispute_id=contested.id, text="And.", at=story.at)
    with pytest.raises(TooManyMessages):
        operations.message(account=story.scout, dispute_id=contested.id, text="And.", at=story.at)


@pytest.mark.parametrize("who", ["other_buyer", "other_scout"])
def test_who_is_no_side_finds_no_dispute(story: Story, who: str) -> None:
    stranger: Account = getattr(story, who)
    submission = story.handed_in(story.post(), REJECTED)
    contested = appeal(story, submission)
    for call in (operations.answer, operations.message):
        with pytest.raises(NoSuchDispute):
            call(account=stranger, dispute_id=contested.id, text="Hello?", at=story.at)
    with pytest.raises(NoSuchDispute):
        operations.withdraw(account=stranger, dispute_id=contested.id, at=story.at)
    with pytest.raises(NoSuchSubmission):
        operations.appeal(scout=stranger, submission_id=submission.id, ground_code="other", at=story.at)


# --- nobody rules ---


@pytest.mark.parametrize(("decided_by_buyer", "earned"), [(True, (0, 2_500_000)), (False, (0, 0))])
def test_at_the_deadline_the_default_is_ruled(story: Story, decided_by_buyer: bool, earned: tuple[int, int]) -> None:
    submission = story.handed_in(story.post(), REVIEW if decided_by_buyer else REJECTED)
    if decided_by_buyer:
        operations.reject(buyer=story.buyer, submission_id=submission.id, ground_code="wrong_place", at=story.at)
    contested = appeal(story, submission)
    story.wait(days=7)
    contested.refresh_from_db()
    assert (contested.state, contested.by_default, story.earned()) == ("ruled", True, earned)


def test_nobodys_silence_pays_for_a_doubt_that_the_buyer_shares(story: Story) -> None:
    submission = story.handed_in(story.post(), DOUBTED)
    story.wait(hours=24)  # our staff says nothing
    operations.reject(buyer=story.buyer, submission_id=submission.id, ground_code="not_genuine", at=story.at)
    contested = appeal(story, submission)
    assert contested.ruling_by_default == "for_buyer"
    story.wait(days=7)
    contested.refresh_from_db()
    assert (contested.ruling, contested.by_default, story.earned()) == ("for_buyer", True, (0, 0))


def test_a_dispute_that_nobody_rules_on_leaves_the_acceptance_standing(story: Story) -> None:
    dispute(story, story.handed_in(story.post(), ACCEPTED))
    story.wait(days=7)
    assert story.earned() == (0, 2_500_000)
