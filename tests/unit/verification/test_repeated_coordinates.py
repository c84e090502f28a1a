from datetime import timedelta

import pytest

from tests.unit.verification.builders import NOON, evidence, fix, requirements, session
from verification.checks.repeated_coordinates import repeated_coordinates
from verification.evidence import CaptureSession, RepeatedPlace

HERE = fix(north_m=1.0).place
SHARP = session()
VAGUE = session(fixes=tuple(fix(north_m=each, accuracy_m=35.0) for each in (1.0, 2.0, 3.0)))
FROZEN = session(fixes=tuple(fix(at=NOON + timedelta(seconds=each)) for each in (0, 5, 10)))


@pytest.mark.parametrize(
    ("given", "repeated", "outcome", "severity", "reason"),
    [
        (SHARP, (), "pass", "strong", "wandering"),
        (SHARP, (RepeatedPlace(HERE, 1, 0),), "fail", "strong", "seen_before"),
        (SHARP, (RepeatedPlace(HERE, 0, 1),), "fail", "strong", "seen_before"),
        (SHARP, (RepeatedPlace(HERE, 0, 0),), "pass", "strong", "wandering"),
        (VAGUE, (RepeatedPlace(HERE, 4, 2),), "fail", "weak", "seen_before_vague"),
        (FROZEN, (), "fail", "weak", "frozen"),
        (session(fixes=FROZEN.fixes[:2]), (), "pass", "strong", "wandering"),
        (session(fixes=()), (), "unknown", "weak", "no_fix"),
    ],
)
def test_what_repeats_to_the_last_digit_was_typed_or_came_from_a_table(
    given: CaptureSession, repeated: tuple[RepeatedPlace, ...], outcome: str, severity: str, reason: str
) -> None:
    result = repeated_coordinates(evidence(session=given, repeated_places=repeated), requirements())
    assert (result.outcome, result.severity, result.reason) == (outcome, severity, reason)
