from datetime import datetime, timedelta

import pytest

from tests.unit.verification.builders import NOON, evidence, photo, requirements, session
from verification.checks.exif_time import exif_time
from verification.photos.facts import ExifFacts

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("exif", "outcome", "severity", "reason"),
    [
        (ExifFacts(), "unknown", "weak", "nothing_to_compare"),
        (ExifFacts(taken_at=NOON), "pass", "strong", "agrees"),
        (ExifFacts(taken_at=NOON - 16 * MINUTE), "pass", "strong", "agrees"),  # the session was opened 2 minutes ago
        (ExifFacts(taken_at=NOON - 18 * MINUTE), "fail", "strong", "before_session"),
        (ExifFacts(gps_at=NOON - 0.9 * DAY), "fail", "strong", "before_session"),
        (ExifFacts(taken_at=NOON, gps_at=NOON - 0.9 * DAY), "pass", "strong", "agrees"),
        (ExifFacts(taken_at=NOON - 3 * DAY), "fail", "strong", "another_day"),
        (ExifFacts(gps_at=NOON + 3 * DAY), "fail", "strong", "another_day"),
        (ExifFacts(taken_at_local="2026-06-22 23:00:00"), "pass", "strong", "agrees"),
        (ExifFacts(taken_at_local="2008-01-01 00:00:00"), "fail", "weak", "camera_clock"),
        (ExifFacts(taken_at_local="2008-01-01 00:00:00", taken_at=NOON), "pass", "strong", "agrees"),
    ],
)
def test_of_clocks_only_days_count_and_of_moments_minutes(
    exif: ExifFacts, outcome: str, severity: str, reason: str
) -> None:
    result = exif_time(evidence(artifacts=(photo(exif=exif),)), requirements())
    assert (result.outcome, result.severity, result.reason) == (outcome, severity, reason)


@pytest.mark.parametrize(("exif", "when"), [(NOON - 3 * DAY, "3.0 days before"), (NOON + 2 * DAY, "2.0 days after")])
def test_it_is_told_whether_a_file_is_older_or_newer(exif: datetime, when: str) -> None:
    result = exif_time(evidence(artifacts=(photo(exif=ExifFacts(taken_at=exif)),)), requirements())
    assert result.buyer == f"A file says it was taken {when} this capture."


def test_without_any_moment_of_the_session_nothing_is_compared() -> None:
    bare = session(opened_at=None, received_at=None, device_captured_at=None, clock=())
    given = evidence(session=bare, artifacts=(photo(exif=ExifFacts(taken_at=NOON)),))
    assert exif_time(given, requirements()).outcome == "unknown"
