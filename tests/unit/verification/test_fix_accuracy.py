from typing import Any

import pytest

from tests.unit.verification.builders import evidence, fix, requirements, session
from verification.checks.fix_accuracy import fix_accuracy


@pytest.mark.parametrize(
    ("accuracies", "radius_m", "reward_micros", "outcome", "reason"),
    [
        ([100.0], 50.0, 1, "pass", "sharp"),
        ([100.1], 50.0, 1, "fail", "too_vague"),
        ([450.0], 500.0, 1, "pass", "sharp"),
        ([900.0, 12.0], 50.0, 1, "pass", "sharp"),
        ([0.0], 50.0, 1, "fail", "impossible_accuracy"),
        ([8.0], 50.0, 5_000_000, "unknown", "too_few"),
        ([8.0, 9.0], 50.0, 5_000_000, "pass", "sharp"),
        ([8.0, 9.0], 50.0, 25_000_000, "unknown", "too_few"),
        ([], 50.0, 1, "unknown", "no_fix"),
    ],
)
def test_enough_and_sharp_enough(
    accuracies: list[Any] | list[float], radius_m: float, reward_micros: int, outcome: str, reason: str
) -> None:
    given = evidence(session=session(fixes=tuple(fix(accuracy_m=each) for each in accuracies)))
    result = fix_accuracy(given, requirements(radius_m=radius_m, reward_micros=reward_micros))
    assert (result.outcome, result.reason) == (outcome, reason)
