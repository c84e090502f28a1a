from typing import Any

import pytest

from tests.unit.verification.builders import SHA, evidence, requirements, session
from verification.checks.challenge_code import challenge_code
from verification.evidence import ChallengeKind, Evidence, TextReading
from verification.requirements import Requirements

ASKED = requirements(challenge=ChallengeKind.CODE)


def reading(*lines: Any) -> tuple[TextReading, ...]:
    return (TextReading(SHA, "ocr", lines),)


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        (("K7Q2",), "pass"),
        (("k7 q2",), "pass"),
        (("CAFE OPEN", "K7-Q2"), "pass"),
        (("today: K7Q2 :)",), "pass"),
        (("K7Q3",), "fail"),
        (("K7", "Q2"), "fail"),
        ((), "fail"),
    ],
)
def test_equality_is_checked_here_and_by_no_reader(lines: tuple[str, ...], outcome: str) -> None:
    given = evidence(session=session(challenge_code="K7Q2"), readings=reading(*lines))
    result = challenge_code(given, ASKED)
    assert (result.outcome, result.severity) == (outcome, "strong")


def test_letters_that_look_alike_are_alike() -> None:
    given = evidence(session=session(challenge_code="10X0"), readings=reading("IOXO"))
    assert challenge_code(given, ASKED).outcome == "pass"


@pytest.mark.parametrize(
    ("given", "wanted", "outcome", "reason"),
    [
        (evidence(), requirements(), "pass", "not_asked"),
        (evidence(readings=reading("anything")), ASKED, "unknown", "no_code"),
        (evidence(session=session(challenge_code="K7Q2")), ASKED, "unknown", "not_read"),
    ],
)
def test_what_was_not_asked_or_not_read(given: Evidence, wanted: Requirements, outcome: str, reason: str) -> None:
    result = challenge_code(given, wanted)
    assert (result.outcome, result.reason) == (outcome, reason)
