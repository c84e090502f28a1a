"""Was it captured inside the window? Our clock is asked first, then the file's times, never a bare device clock."""

from datetime import datetime

from verification.canonical import write_moment
from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.photos.facts import PhotoFacts
from verification.reading import captured_at
from verification.requirements import Requirements


def time_window(evidence: Evidence, requirements: Requirements) -> CheckResult:
    session = evidence.session
    start, end = requirements.window_start, requirements.window_end

    def answer(  # noqa: PLR0917 - the words of one answer, in the order they are read
        outcome: Outcome, severity: Severity, reason: str, at: datetime | None, scout: str, buyer: str
    ) -> CheckResult:
        return CheckResult(
            check="time_window",
            outcome=outcome,
            severity=severity,
            reason=reason,
            scout=scout,
            buyer=buyer,
            numbers={
                "captured_at": write_moment(at) if at else None,
                "opened_at": write_moment(session.opened_at) if session.opened_at else None,
                "received_at": write_moment(session.received_at) if session.received_at else None,
            },
            threshold={"window_start": write_moment(start), "window_end": write_moment(end)},
        )

    opened, received = session.opened_at, session.received_at
    if opened is not None and opened > end:
        return answer(
            Outcome.FAIL,
            Severity.DECISIVE,
            "too_late",
            opened,
            "Your session was opened after the time asked for was over.",
            "The capture session was opened after the window had closed.",
        )
    if received is not None and received < start:
        return answer(
            Outcome.FAIL,
            Severity.DECISIVE,
            "too_early",
            received,
            "You handed this in before the time asked for had begun.",
            "This was handed in before the window had opened.",
        )
    inside = "The capture was made inside the time asked for."
    if opened is not None and received is not None and start <= opened and received <= end:
        return answer(Outcome.PASS, Severity.DECISIVE, "server_time", opened, inside, inside)
    named = [("clock_read", captured_at(session))] if opened is not None else _file_times(evidence)
    for reason, at in named:
        if at is None:
            continue
        # Whatever the device says, it lies between our own two readings.
        bound = min(max(at, opened), received) if opened is not None and received is not None else at
        if start <= bound <= end:
            return answer(Outcome.PASS, Severity.STRONG, reason, bound, inside, inside)
        return answer(
            Outcome.FAIL,
            Severity.STRONG,
            f"outside_{reason}",
            bound,
            "This seems to have been captured outside the time asked for. A person will look at it.",
            "The best time known for this capture lies outside the window.",
        )
    return answer(
        Outcome.UNKNOWN,
        Severity.STRONG,
        "no_time",
        None,
        "When this was captured cannot be told, so a person will look at it.",
        "When this was captured cannot be told with certainty.",
    )


def _file_times(evidence: Evidence) -> list[tuple[str, datetime | None]]:
    """The file's own times, best first. A local time without an offset is not among them: it means no moment."""
    exifs = [artifact.facts.exif for artifact in evidence.artifacts if isinstance(artifact.facts, PhotoFacts)]
    return [("exif_offset_time", exif.taken_at) for exif in exifs] + [("gps_time", exif.gps_at) for exif in exifs]
