from datetime import timedelta
from typing import Any

import pytest

from tests.unit.verification.builders import NOON, evidence, photo, requirements, session
from verification.checks.time_window import time_window
from verification.evidence import ClockReading
from verification.photos.facts import ExifFacts

HOUR = timedelta(hours=1)
OFFLINE = {"opened_at": None, "clock": (), "received_at": NOON + 5 * HOUR, "offline": True}


@pytest.mark.parametrize(
    ("changes", "outcome", "severity", "reason"),
    [
        ({}, "pass", "decisive", "server_time"),
        ({"opened_at": NOON + HOUR}, "pass", "decisive", "server_time"),
        ({"opened_at": NOON + 1.01 * HOUR, "received_at": NOON + 2 * HOUR}, "fail", "decisive", "too_late"),
        ({"opened_at": NOON - 3 * HOUR, "received_at": NOON - 2 * HOUR}, "fail", "decisive", "too_early"),
        # Handed in late, captured in time: the device's clock was read in this session.
        ({"received_at": NOON + 3 * HOUR}, "pass", "strong", "clock_read"),
        (
            {"received_at": NOON + 3 * HOUR, "device_captured_at": NOON + 2 * HOUR},
            "fail",
            "strong",
            "outside_clock_read",
        ),
        ({"received_at": NOON + 3 * HOUR, "clock": ()}, "unknown", "strong", "no_time"),
        ({**OFFLINE}, "unknown", "strong", "no_time"),
    ],
)
def test_our_own_clock_decides_and_everything_else_only_doubts(
    changes: dict[str, Any], outcome: str, severity: str, reason: str
) -> None:
    changes = {"received_at": NOON + 1.0 * HOUR} | changes if "opened_at" in changes else changes
    result = time_window(evidence(session=session(**changes)), requirements())
    assert (result.outcome, result.severity, result.reason) == (outcome, severity, reason)


def test_a_device_clock_that_is_off_is_put_right_first() -> None:
    two_hours_ahead = (ClockReading(server_at=NOON, device_at=NOON + 2 * HOUR),)
    given = session(received_at=NOON + 3 * HOUR, device_captured_at=NOON + 2 * HOUR, clock=two_hours_ahead)
    assert time_window(evidence(session=given), requirements()).reason == "clock_read"


@pytest.mark.parametrize(
    ("exif", "outcome", "reason"),
    [
        (ExifFacts(taken_at=NOON), "pass", "exif_offset_time"),
        (ExifFacts(taken_at=NOON - 2 * HOUR), "fail", "outside_exif_offset_time"),
        (ExifFacts(gps_at=NOON), "pass", "gps_time"),
        (ExifFacts(taken_at=NOON, gps_at=NOON - 2 * HOUR), "pass", "exif_offset_time"),
        (ExifFacts(taken_at_local="2026-06-21 12:00:00"), "unknown", "no_time"),
    ],
)
def test_offline_the_file_speaks_offset_time_before_gps_time(exif: ExifFacts, outcome: str, reason: str) -> None:
    given = evidence(session=session(**OFFLINE), artifacts=(photo(exif=exif),))
    result = time_window(given, requirements())
    assert (result.outcome, result.reason, result.severity) == (outcome, reason, "strong")
