"""A bounty in verification's words and a verdict in ours. No database: the rows are never saved."""

from datetime import UTC, datetime, timedelta

import pytest

from bounties import asking
from bounties.models import Bounty
from bounties.verdicts import Outcome, Reviewer
from market.accounts.models import Account
from verification.checks.result import CheckResult, Severity
from verification.checks.result import Outcome as Answer
from verification.decide import Decision, Rule, Verdict
from verification.evidence import ChallengeKind
from verification.policies import Level
from verification.requirements import QuestionType, Review

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)


def bounty(*, ahead: timedelta = timedelta(), accuracy_m: int | None = None) -> Bounty:
    return Bounty(
        buyer=Account(kind="agent", mode="test", clock_ahead=ahead),
        questions=[{"id": "q1", "text": "How many?", "type": "number", "choices": [], "unit": "people"}],
        criteria=["The front is visible", "It is day"],
        latitude_e7=525_200_000,
        longitude_e7=134_050_000,
        radius_m=60,
        opens_at=AT,
        closes_at=AT + timedelta(hours=6),
        reward_micros=30_000_000,
        media="photo",
        media_count=2,
        challenge="code",
        accuracy_m=accuracy_m,
        daylight=True,
        review="buyer",
    )


def test_a_bounty_is_asked_for_in_verifications_words() -> None:
    asked = asking.requirements_of(bounty())
    assert (asked.place.latitude_e7, asked.radius_m, asked.window_start) == (525_200_000, 60.0, AT)
    assert [(each.id, each.text) for each in asked.criteria] == [("c1", "The front is visible"), ("c2", "It is day")]
    assert (asked.questions[0].type, asked.questions[0].unit) == (QuestionType.NUMBER, "people")
    assert (asked.proof[0].least, asked.challenge, asked.daylight) == (2, ChallengeKind.CODE, True)
    assert (asked.review, asked.policy.level) == (Review.BUYER, Level.VALUABLE)


def test_evidence_is_judged_in_real_time_whatever_the_buyers_clock_says() -> None:
    asked = asking.requirements_of(bounty(ahead=timedelta(days=2)))
    assert asked.window_end == AT + timedelta(hours=6) - timedelta(days=2)


def test_the_accuracy_that_was_asked_for_is_the_one_that_counts() -> None:
    assert asking.requirements_of(bounty(accuracy_m=15)).policy.thresholds.accuracy_m == 15.0


def test_the_keys_tell_nothing_but_sameness() -> None:
    one, other = bounty(), bounty()
    assert asking.group_key(one) == asking.group_key(one) != asking.group_key(other)


@pytest.mark.parametrize(
    ("decision", "rule", "outcome", "reviewer"),
    [
        (Decision.ACCEPT, Rule.ALL_PASSED, Outcome.ACCEPT, Reviewer.BUYER),
        (Decision.REJECT, Rule.CONTRADICTION, Outcome.REJECT, Reviewer.BUYER),
        (Decision.REVIEW, Rule.STRONG_DOUBT, Outcome.REVIEW, Reviewer.OPERATOR),
        (Decision.REVIEW, Rule.MISSING_PROOF, Outcome.REVIEW, Reviewer.BUYER),
    ],
)
def test_a_verdict_keeps_its_reasons_and_finds_its_reviewer(
    decision: Decision, rule: Rule, outcome: Outcome, reviewer: Reviewer
) -> None:
    failed = CheckResult(
        "geofence", Answer.FAIL, Severity.DECISIVE, "outside", "You were away.", "It was away.", private={"km": 2}
    )
    found = Verdict(decision, rule, ("geofence",), Level.EVERYDAY, blocked=False, retake=True, checks=(failed,))
    verdict = asking.verdict_of(found)
    assert (verdict.outcome, verdict.reviewer, verdict.retake) == (outcome, reviewer, True)
    assert verdict.for_scout() == [{"number": 1, "code": "geofence", "sentence": "You were away."}]
    assert "km" not in str(verdict)
