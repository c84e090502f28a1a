from datetime import timedelta

import pytest

from tests.unit.verification.builders import NOON, SQUARE, evidence, fix, moved, requirements, session
from verification.checks.impossible_travel import impossible_travel
from verification.evidence import EarlierPlace

HOUR = timedelta(hours=1)


def earlier(*, km: float, ago: timedelta, accuracy_m: float = 10.0) -> EarlierPlace:
    return EarlierPlace(NOON - ago, moved(SQUARE, north_m=km * 1000), accuracy_m)


@pytest.mark.parametrize(
    ("places", "outcome", "severity", "reason"),
    [
        ((), "pass", "strong", "possible"),
        ((earlier(km=200, ago=HOUR),), "pass", "strong", "possible"),
        ((earlier(km=300, ago=HOUR),), "fail", "strong", "unlikely"),
        ((earlier(km=1500, ago=HOUR),), "fail", "decisive", "impossible"),
        ((earlier(km=1500, ago=-HOUR),), "fail", "decisive", "impossible"),
        ((earlier(km=1500, ago=5 * HOUR),), "fail", "strong", "unlikely"),
        # Two vague places in the same minute are no journey.
        ((earlier(km=1.5, ago=timedelta(0)),), "pass", "strong", "possible"),
        ((earlier(km=50, ago=timedelta(seconds=30), accuracy_m=49_000),), "pass", "strong", "possible"),
        ((earlier(km=1, ago=HOUR), earlier(km=3000, ago=2 * HOUR)), "fail", "decisive", "impossible"),
    ],
)
def test_the_slowest_journey_that_fits_is_judged(
    places: tuple[EarlierPlace, ...], outcome: str, severity: str, reason: str
) -> None:
    result = impossible_travel(evidence(earlier_places=places), requirements())
    assert (result.outcome, result.severity, result.reason) == (outcome, severity, reason)


def test_a_track_that_jumps_is_a_journey_too() -> None:
    jumping = (fix(at=NOON - timedelta(seconds=60), north_m=90_000.0), fix(at=NOON))
    result = impossible_travel(evidence(session=session(fixes=jumping)), requirements())
    assert (result.outcome, result.reason) == ("fail", "impossible")


def test_the_buyer_is_told_nothing_of_where_else_the_scout_was() -> None:
    result = impossible_travel(evidence(earlier_places=(earlier(km=1500, ago=HOUR),)), requirements())
    speed = result.private["speed_mps"]
    assert isinstance(speed, float)
    assert speed > 340
    assert result.numbers == {"earlier_places": 1}
    assert not any(letter.isdigit() for letter in result.buyer)


def test_without_a_fix_nothing_is_known() -> None:
    assert impossible_travel(evidence(session=session(fixes=())), requirements()).outcome == "unknown"
