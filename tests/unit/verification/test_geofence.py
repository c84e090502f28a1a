from datetime import timedelta

import pytest

from tests.unit.verification.builders import NOON, evidence, fix, requirements, session
from verification.checks.geofence import geofence


@pytest.mark.parametrize(
    ("north_m", "accuracy_m", "outcome", "reason"),
    [
        (0.0, 8.0, "pass", "inside"),
        (42.0, 7.9, "pass", "inside"),
        (42.0, 8.2, "unknown", "too_vague"),
        (57.0, 8.0, "unknown", "too_vague"),
        (59.0, 8.0, "fail", "outside"),
        (500.0, 400.0, "fail", "outside"),
        (500.0, 460.0, "unknown", "too_vague"),
    ],
)
def test_uncertainty_counts_on_the_side_of_doubt(north_m: float, accuracy_m: float, outcome: str, reason: str) -> None:
    given = evidence(session=session(fixes=(fix(north_m=north_m, accuracy_m=accuracy_m),)))
    result = geofence(given, requirements())
    assert (result.outcome, result.reason) == (outcome, reason)
    assert result.threshold == {"radius_m": 50.0}
    assert result.numbers["distance_m"] == pytest.approx(north_m, abs=0.1)


def test_without_a_fix_nothing_is_known() -> None:
    assert geofence(evidence(session=session(fixes=())), requirements()).reason == "no_fix"


def test_a_fix_from_long_before_the_shutter_does_not_say_where_the_shutter_was() -> None:
    early = fix(at=NOON - timedelta(minutes=20))
    assert geofence(evidence(session=session(fixes=(early,))), requirements()).reason == "no_fix"


def test_one_stray_fix_does_not_reject() -> None:
    given = evidence(session=session(fixes=(fix(north_m=400.0, accuracy_m=3.0), fix(north_m=5.0, accuracy_m=12.0))))
    assert geofence(given, requirements()).outcome == "unknown"


def test_only_decisive_failure_is_a_place_surely_outside() -> None:
    result = geofence(evidence(session=session(fixes=(fix(north_m=5000.0),))), requirements())
    assert (result.outcome, result.severity, result.retake) == ("fail", "decisive", True)
    assert "5000 m" in result.scout
