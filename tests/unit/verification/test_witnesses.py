import pytest

from tests.unit.verification.builders import NOON, evidence, requirements
from verification.checks.witnesses import witnesses
from verification.evidence import Blocked, ScoutAnswer, Witness
from verification.requirements import Question, QuestionType

ASKED = (Question("q1", "open?", QuestionType.YES_NO),)
OURS = (ScoutAnswer("q1", "yes"),)


def witness(value: str = "yes", *, independent: bool = True, blocked: Blocked | None = None) -> Witness:
    return Witness(NOON, independent, blocked, (ScoutAnswer("q1", value),))


@pytest.mark.parametrize(
    ("others", "reward_micros", "outcome", "reason"),
    [
        ((), 1, "pass", "not_asked"),
        ((), 100_000_000, "unknown", "too_few"),
        ((witness(),), 100_000_000, "pass", "agree"),
        ((witness(independent=False),), 100_000_000, "unknown", "too_few"),
        ((witness("no"),), 1, "fail", "disagree"),
        ((witness("no", independent=False),), 1, "pass", "not_asked"),
        ((witness(), witness("no")), 100_000_000, "fail", "disagree"),
        ((witness(blocked=Blocked.NOT_THERE),), 1, "fail", "disagree"),
    ],
)
def test_only_independent_others_count(
    others: tuple[Witness, ...], reward_micros: int, outcome: str, reason: str
) -> None:
    given = evidence(answers=OURS, witnesses=others)
    result = witnesses(given, requirements(questions=ASKED, reward_micros=reward_micros))
    assert (result.outcome, result.reason) == (outcome, reason)
