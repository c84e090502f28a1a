from datetime import UTC, datetime, timedelta

import pytest

from tests.unit.verification.builders import NOON, evidence, requirements, session
from verification.checks.daylight import daylight, sun_elevation
from verification.evidence import CaptureSession
from verification.geo import Place, place

# Midday heights follow from latitude and the sun's declination alone: 90 - |latitude - declination|.
LUND, SYDNEY, QUITO, TROMSO = place(55.7, 13.19), place(-33.87, 151.21), place(0.0, -78.5), place(69.65, 18.96)


@pytest.mark.parametrize(
    ("where", "at", "degrees"),
    [
        (LUND, datetime(2026, 6, 21, 11, 9, tzinfo=UTC), 90 - (55.7 - 23.44)),
        (LUND, datetime(2026, 12, 21, 11, 5, tzinfo=UTC), 90 - (55.7 + 23.44)),
        (SYDNEY, datetime(2026, 12, 21, 1, 53, tzinfo=UTC), 90 - (33.87 - 23.44) * 1),
        (QUITO, datetime(2026, 3, 20, 17, 21, tzinfo=UTC), 90.0),
        (TROMSO, datetime(2026, 6, 20, 22, 45, tzinfo=UTC), 23.44 - (90 - 69.65)),
    ],
)
def test_the_sun_stands_where_astronomy_says(where: Place, at: datetime, degrees: float) -> None:
    assert sun_elevation(where, at) == pytest.approx(degrees, abs=0.4)


def test_night_by_our_own_clock_is_decisive() -> None:
    midnight = NOON.replace(hour=22, minute=30)
    dark = session(
        opened_at=midnight, received_at=midnight + timedelta(minutes=4), device_captured_at=midnight, clock=()
    )
    result = daylight(evidence(session=dark), requirements(daylight=True))
    assert (result.outcome, result.severity, result.reason) == ("fail", "decisive", "night")


def test_night_by_the_devices_word_is_a_doubt() -> None:
    dark = session(opened_at=None, clock=(), device_captured_at=NOON.replace(hour=22, minute=30))
    result = daylight(evidence(session=dark), requirements(daylight=True))
    assert (result.outcome, result.severity) == ("fail", "strong")


@pytest.mark.parametrize(
    ("wanted", "given", "outcome", "reason"),
    [
        (True, session(), "pass", "day"),
        (False, session(opened_at=NOON.replace(hour=22)), "pass", "not_asked"),
        (True, session(opened_at=None, received_at=None, device_captured_at=None, clock=()), "unknown", "no_time"),
    ],
)
def test_daylight_matters_only_where_it_was_asked(
    wanted: bool, given: CaptureSession, outcome: str, reason: str
) -> None:
    result = daylight(evidence(session=given), requirements(daylight=wanted))
    assert (result.outcome, result.reason) == (outcome, reason)
