"""Is the code shown at the start in one of the pictures? A reader reads, this file compares: no reader decides."""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import ChallengeKind, Evidence
from verification.requirements import Requirements

# Handwriting and readers confuse these; the codes we issue use only the right-hand ones.
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})


def challenge_code(evidence: Evidence, requirements: Requirements) -> CheckResult:
    wanted = _folded(evidence.session.challenge_code or "")
    found = {
        reading.reader for reading in evidence.readings for line in reading.lines if wanted and wanted in _folded(line)
    }
    answer = partial(
        CheckResult,
        check="challenge_code",
        severity=Severity.STRONG,
        numbers={"readers": len({reading.reader for reading in evidence.readings}), "found_by": len(found)},
        threshold={"found_by": 1},
    )
    if requirements.challenge is not ChallengeKind.CODE:
        sentence = "No code was asked for."
        return answer(outcome=Outcome.PASS, reason="not_asked", scout=sentence, buyer=sentence)
    if not wanted:
        return answer(
            outcome=Outcome.UNKNOWN,
            reason="no_code",
            scout="Your session had no code, because there was no contact. A person will look at it.",
            buyer="The session had no code, because the device had no contact.",
        )
    if not evidence.readings:
        sentence = "Nothing here can read the pictures, so a person will look for the code."
        return answer(outcome=Outcome.UNKNOWN, reason="not_read", scout=sentence, buyer=sentence)
    if not found:
        return answer(
            outcome=Outcome.FAIL,
            reason="not_found",
            scout="The code could not be found in your pictures. Write it large, and have it in the picture.",
            buyer="The code that was asked for could not be found in the pictures.",
            retake=True,
        )
    sentence = "The code that was asked for is in the picture."
    return answer(outcome=Outcome.PASS, reason="found", scout=sentence, buyer=sentence)


def _folded(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum()).translate(_ALIKE)
