from datetime import timedelta

import pytest

from tests.unit.verification.builders import NOON, evidence, fix, requirements, session
from verification import requirements as wishes
from verification.checks.geofence import geofence
from verification.checks.result import CheckResult
from verification.evidence import Fix


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


def of_a_walker(*fixes: Fix, stored: bool = False) -> CheckResult:
    """`stored`: as asked before there was a number for the moments of the shutter."""
    asked = requirements()
    if stored:
        asked = wishes.from_json(wishes.to_json(asked).replace(b'"shutter_seconds":20,', b""))
        assert asked.policy.thresholds.shutter_seconds is None
    return geofence(evidence(session=session(fixes=fixes)), asked)


def seconds(before: int, **words: float) -> Fix:
    return fix(at=NOON - timedelta(seconds=before), **words)


@pytest.mark.parametrize(
    ("fixes", "outcome", "distance_m"),
    [
        # On the way past it was sharply inside, and at the shutter it is not; and the other way round.
        ((seconds(100, accuracy_m=3.0), seconds(4, north_m=140.0, accuracy_m=9.0)), "unknown", 140.0),
        ((seconds(100, north_m=140.0, accuracy_m=3.0), seconds(4, accuracy_m=9.0)), "pass", 0.0),
        # Of the moments of the shutter the sharpest.
        ((seconds(18, accuracy_m=5.0), seconds(1, north_m=60.0, accuracy_m=30.0)), "pass", 0.0),
        # None of them: what is nearest in time, whichever is sharper.
        ((seconds(100, north_m=140.0, accuracy_m=3.0), seconds(40, accuracy_m=9.0)), "pass", 0.0),
        ((seconds(90, accuracy_m=3.0), seconds(-25, north_m=140.0, accuracy_m=9.0)), "unknown", 140.0),
        ((seconds(130, accuracy_m=3.0),), "unknown", None),
    ],
)
def test_where_a_walker_was_at_the_shutter_counts(
    fixes: tuple[Fix, ...], outcome: str, distance_m: float | None
) -> None:
    result = of_a_walker(*fixes)
    told = result.numbers["distance_m"]
    assert (result.outcome, told if told is None else round(float(told))) == (outcome, distance_m)


def test_what_was_asked_by_earlier_rules_is_judged_by_the_sharpest_of_two_minutes() -> None:
    fixes = (seconds(100, accuracy_m=3.0), seconds(4, north_m=140.0, accuracy_m=9.0))
    then, now = of_a_walker(*fixes, stored=True), of_a_walker(*fixes)
    assert (then.outcome, then.numbers["distance_m"], now.outcome) == ("pass", 0.0, "unknown")


def test_only_decisive_failure_is_a_place_surely_outside() -> None:
    result = geofence(evidence(session=session(fixes=(fix(north_m=5000.0),))), requirements())
    assert (result.outcome, result.severity, result.retake) == ("fail", "decisive", True)
    assert "5000 m" in result.scout
