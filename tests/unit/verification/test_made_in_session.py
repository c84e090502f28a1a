from datetime import datetime, timedelta

import pytest

from tests.unit.verification.builders import NOON, evidence, photo, requirements, session
from verification.checks.made_in_session import made_in_session
from verification.decide import decide
from verification.evidence import ClockReading
from verification.photos.facts import ExifFacts

OPENED = NOON - timedelta(minutes=2)  # when the session of these builders was
CHOSEN = session(from_file=True)


@pytest.mark.parametrize(
    ("exif", "outcome", "reason"),
    [
        (ExifFacts(taken_at=NOON), "pass", "made_in_session"),
        (ExifFacts(gps_at=OPENED - timedelta(minutes=14)), "pass", "made_in_session"),
        # The receiver's last fix was an hour ago; the shutter was not.
        (ExifFacts(taken_at=NOON, gps_at=NOON - timedelta(hours=1)), "pass", "made_in_session"),
        (ExifFacts(taken_at=OPENED - timedelta(minutes=16)), "fail", "unbound"),
        (ExifFacts(taken_at=NOON + timedelta(minutes=18)), "fail", "unbound"),
        # A local time in no known zone is no moment.
        (ExifFacts(taken_at_local="2026-06-21 12:00:00"), "fail", "unbound"),
        (ExifFacts(), "fail", "unbound"),
    ],
)
def test_only_a_time_in_the_session_binds_a_made_in_session(exif: ExifFacts, outcome: str, reason: str) -> None:
    result = made_in_session(evidence(session=CHOSEN, artifacts=(photo(exif=exif),)), requirements())
    assert (result.outcome, result.reason) == (outcome, reason)


@pytest.mark.parametrize("opened_at", [OPENED, None])
def test_one_file_without_a_time_is_enough_to_doubt(opened_at: datetime | None) -> None:
    given = session(from_file=True, opened_at=opened_at)
    both = (photo(exif=ExifFacts(taken_at=NOON)), photo("bb" * 32))
    assert made_in_session(evidence(session=given, artifacts=both), requirements()).reason == "unbound"


@pytest.mark.parametrize(
    ("minutes", "clock_ahead", "reason"),
    [
        (0, 0, "made_in_session"),
        (-6, 0, "made_in_session"),  # the session was open from two minutes before to two after
        (-8, 0, "captured_outside"),
        (8, 0, "captured_outside"),
        # A clock that is off is put right before.
        (8, 8, "made_in_session"),
        (0, 8, "captured_outside"),
    ],
)
def test_by_its_own_word_the_device_captured_in_the_session(minutes: int, clock_ahead: int, reason: str) -> None:
    read = ClockReading(server_at=NOON, device_at=NOON + timedelta(minutes=clock_ahead))
    given = session(device_captured_at=NOON + timedelta(minutes=minutes), clock=(read,))
    assert made_in_session(evidence(session=given), requirements()).reason == reason


def test_not_even_a_file_with_a_time_in_the_session_is_accepted_by_code_alone() -> None:
    timed = evidence(session=CHOSEN, artifacts=(photo(exif=ExifFacts(taken_at=NOON)),))
    verdict = decide(timed, requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("review", "missing_proof", ("session_integrity",))
    verdict = decide(evidence(session=CHOSEN), requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("review", "strong_doubt", ("made_in_session",))
    assert verdict.retake
