"""Several at once, against the real Postgres: one winner, clear answers, one legal state."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bounties import operations, sweeps
from bounties.models import Award, Bounty, Claim, Submission
from bounties.operations.claiming import NoFreeSlot, TooManyClaims
from market.accounts.models import Account, Scout, User
from market.errors import DomainError
from market.ids import new_id
from market.transitions import WrongState
from tests.integration.bounties.story import ACCEPTED, NEARBY, REVIEW, Story, check_always
from tests.integration.bounties.together import together

ROUNDS = 10


@pytest.fixture
def story(transactional_db: None) -> Iterator[Story]:
    told = Story()
    yield told
    check_always(told)


def scouts(count: int) -> list[Account]:
    accounts = Account.objects.bulk_create(Account(kind="scout", mode="test") for _ in range(count))
    users = User.objects.bulk_create(User(email=f"{new_id()}@example.com") for _ in range(count))
    Scout.objects.bulk_create(
        Scout(account=account, user=user, mode="test") for account, user in zip(accounts, users, strict=True)
    )
    return accounts


def claim(story: Story, bounty: Bounty, scout: Account) -> partial[Claim]:
    return partial(operations.claim, scout=scout, bounty_id=bounty.id, location=NEARBY, at=story.at)


def kinds(answers: list[Any]) -> Counter[str]:
    return Counter(type(answer).__name__ for answer in answers)


def unexpected(answers: list[Any]) -> list[Any]:
    """What is neither an answer nor a refusal."""
    return [each for each in answers if isinstance(each, Exception) and not isinstance(each, DomainError)]


def test_two_hundred_on_one_slot_are_one_winner_and_199_clear_answers(story: Story) -> None:
    bounty = story.post()
    answers = together([claim(story, bounty, scout) for scout in scouts(200)])
    assert kinds(answers) == {"Claim": 1, NoFreeSlot.__name__: 199}


def test_a_thousand_claims_on_a_thousand_slots_lose_none(story: Story) -> None:
    bounty = story.post(slots=1_000, reward="0.05", distinct_scouts=False)

    def claim_five_each(own: list[Account]) -> list[Claim]:
        return [claim(story, bounty, scout)() for scout in own for _ in range(5)]

    people = scouts(200)
    # As many at once as there are connections; each is held for a while.
    answers = together([partial(claim_five_each, people[start::16]) for start in range(16)])
    assert unexpected(answers) == []
    claims = [each for answer in answers for each in answer]
    assert len(claims) == len({each.slot_id for each in claims}) == 1_000
    bounty.refresh_from_db()
    assert (bounty.free_slots, bounty.version) == (0, 1_001)


def test_a_scout_who_claims_everywhere_at_once_gets_five(story: Story) -> None:
    bounties = [story.post() for _ in range(12)]
    answers = together([claim(story, bounty, story.scout) for bounty in bounties])
    assert kinds(answers) == {"Claim": 5, TooManyClaims.__name__: 7}


def test_a_distinct_scout_who_claims_twice_at_once_gets_one(story: Story) -> None:
    bounty = story.post(slots=10)
    answers = together([claim(story, bounty, story.scout)] * 5)
    assert kinds(answers) == {"Claim": 1, "AlreadyClaimed": 4}


def test_claims_racing_the_expiry_of_their_bounty_end_in_one_legal_state(story: Story) -> None:
    for _ in range(ROUNDS):
        bounty = story.post()
        before, after = story.at + timedelta(hours=5), story.at + timedelta(hours=6)
        answers = together(
            [
                partial(operations.claim, scout=scouts(1)[0], bounty_id=bounty.id, location=NEARBY, at=before),
                partial(operations.expire_bounty, bounty_id=bounty.id, at=after),
                partial(operations.expire_bounty, bounty_id=bounty.id, at=after),
            ]
        )
        bounty.refresh_from_db()
        won = isinstance(answers[0], Claim)
        # The claim won: it runs on. It lost: nothing is left. (A sweep passes by what is locked.)
        assert bounty.state in (("closing", "open") if won else ("expired",)), answers
        sweeps.sweep_everything(at=story.at + timedelta(days=3))
        bounty.refresh_from_db()
        assert (bounty.state, story.held(bounty)) == ("expired", 0)


def test_claims_racing_the_expiry_of_the_claim_before_leave_one_live_claim(story: Story) -> None:
    for _ in range(ROUNDS):
        bounty = story.post()
        first = story.claim(bounty, scouts(1)[0])
        story.at = first.expires_at
        calls = [claim(story, bounty, scout) for scout in scouts(3)]
        together([*calls, *[partial(operations.expire_claim, claim_id=first.id, at=story.at)] * 2])
        assert Claim.objects.filter(bounty=bounty, state="live").count() <= 1
        check_always(story)


def test_cancel_racing_submit_ends_in_one_legal_state(story: Story) -> None:
    for _ in range(ROUNDS):
        bounty = story.post()
        live = story.claim(bounty, scouts(1)[0])
        cancelled, submission = together(
            [
                partial(operations.cancel, buyer=story.buyer, bounty_id=bounty.id, at=story.at),
                partial(story.submit, live),
            ]
        )
        assert (cancelled.id, submission.state) == (bounty.id, "verifying")  # who is on the way may finish
        bounty.refresh_from_db()
        assert (bounty.state, story.held(bounty)) == ("closing", 2_750_000)
        story.judge(submission, ACCEPTED)
        bounty.refresh_from_db()
        assert (bounty.state, story.held(bounty)) == ("completed", 0)


def test_accept_racing_reject_and_silence_is_one_decision(story: Story) -> None:
    for _ in range(ROUNDS):
        submission = story.handed_in(story.post(), REVIEW, scouts(1)[0])
        due = story.at + timedelta(hours=24)
        by: dict[str, Any] = {"buyer": story.buyer, "submission_id": submission.id, "at": story.at}
        answers = together(
            [
                partial(operations.accept, **by),
                partial(operations.reject, **by, ground_code="wrong_place"),
                partial(operations.fall_silent, submission_id=submission.id, at=due),
            ]
        )
        assert [each for each in unexpected(answers) if type(each).__name__ != "SomebodyElseIsAtIt"] == []
        submission.refresh_from_db()
        paid = Award.objects.filter(submission=submission).count()
        assert (submission.state, paid) in {("accepted", 1), ("rejected", 0)}


def test_accept_racing_dispute_is_contested_or_accepted_and_paid_once(story: Story) -> None:
    """A buyer's accept, its silence and its dispute at one moment: the dispute comes too early, or finds an award."""
    for _ in range(ROUNDS):
        submission = story.handed_in(story.post(), REVIEW, scouts(1)[0])
        due = story.at + timedelta(hours=24)
        by: dict[str, Any] = {"buyer": story.buyer, "submission_id": submission.id, "at": story.at}
        _, _, contested = answers = together(
            [
                partial(operations.accept, **by),
                partial(operations.fall_silent, submission_id=submission.id, at=due),
                partial(operations.dispute, **by, ground_code="not_genuine"),
            ]
        )
        assert [each for each in unexpected(answers) if type(each).__name__ != "SomebodyElseIsAtIt"] == []
        submission.refresh_from_db()
        award = Award.objects.get(submission=submission)
        disputed = not isinstance(contested, Exception)
        assert (submission.state, award.state) == ("accepted", "contested" if disputed else "pending")
        assert disputed or isinstance(contested, WrongState)


def test_a_dispute_racing_the_end_of_its_window_is_one_of_the_two(story: Story) -> None:
    for _ in range(ROUNDS):
        submission = story.handed_in(story.post(), ACCEPTED, scouts(1)[0])
        award = Award.objects.get(submission=submission)
        answers = together(
            [
                partial(
                    operations.dispute,
                    buyer=story.buyer,
                    submission_id=submission.id,
                    ground_code="not_genuine",
                    at=story.at,
                ),
                partial(operations.settle, award_id=award.id, at=award.settles_at),
            ]
        )
        award.refresh_from_db()
        disputed = not isinstance(answers[0], Exception)
        assert award.state == ("contested" if disputed else "settled")


def test_verdicts_racing_each_other_pay_once(story: Story) -> None:
    submission = story.submit(story.claim(story.post()))
    answers = together([partial(story.judge, submission, ACCEPTED)] * 8)
    assert unexpected(answers) == []
    assert story.earned() == (2_500_000, 0)


def test_the_same_capture_sent_several_times_at_once_is_one_submission(story: Story) -> None:
    live = story.claim(story.post())
    hand_in = operations.HandIn(new_id(), story.at, [{"question_id": "q1", "value": "Yes."}])
    answers = together(
        [partial(operations.submit, scout=story.scout, claim_id=live.id, hand_in=hand_in, at=story.at)] * 8
    )
    assert {answer.id for answer in answers} == {Submission.objects.get().id}


def test_two_sweeps_at_once_do_everything_once(story: Story) -> None:
    people = iter(scouts(10))
    for _ in range(5):
        story.handed_in(story.post(), ACCEPTED, next(people))
        story.claim(story.post(), next(people))
    later = story.at + timedelta(days=30)
    answers = together([partial(sweeps.sweep_everything, at=later)] * 4)
    assert unexpected(answers) == []
    sweeps.sweep_everything(at=later)  # what they passed by because another one held it
    assert Award.objects.filter(state="settled").count() == 5
    assert set(Bounty.objects.values_list("state", flat=True)) == {"completed", "expired"}
    assert story.told(story.buyer).count("result.final") == story.told(story.buyer).count("bounty.expired") == 5


def test_many_bounties_of_the_same_two_people_wait_for_each_other_in_no_circle(story: Story) -> None:
    """Every operation here moves the same balances: the buyer's, the scout's. Some move several, and some twice."""
    calls: list[partial[Any]] = []
    for _ in range(4):
        claimed = story.claim(story.post(slots=2))
        blocked = story.submit(claimed, answers=[], blocked=Submission.Blocked.NOT_THERE)
        settled = story.handed_in(story.post(), ACCEPTED)
        closing = story.submit(story.claim(story.post(slots=3)))
        calls += [
            partial(operations.cancel, buyer=story.buyer, bounty_id=closing.bounty_id, at=story.at),
            partial(story.judge, blocked, ACCEPTED),
            partial(story.judge, closing, ACCEPTED),
            partial(operations.settle, award_id=settled.award.id, at=story.at + timedelta(days=1)),
        ]
    answers = together(calls)
    assert [each for each in unexpected(answers) if type(each).__name__ != "SomebodyElseIsAtIt"] == []
    assert Award.objects.count() == 12
