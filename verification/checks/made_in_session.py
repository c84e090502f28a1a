"""Was it made in this session? By the device's own word, and where a picture was chosen from files by a time in it.

A signature and fixes say who handed it in, where and when; of a chosen picture they say nothing, and choosing an old
one is as easy. With a time in the file a person may take it or not; without one nobody's silence pays for it.
"""

from datetime import timedelta
from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import CaptureSession, Evidence
from verification.photos.facts import PhotoFacts
from verification.reading import captured_at, newest_stamp
from verification.requirements import Requirements


def made_in_session(evidence: Evidence, requirements: Requirements) -> CheckResult:
    session, limits = evidence.session, requirements.policy.thresholds
    margin = timedelta(seconds=limits.file_early_seconds)
    photos = [each.facts for each in evidence.artifacts if isinstance(each.facts, PhotoFacts)]
    opened, received = session.opened_at, session.received_at
    bound = [
        facts
        for facts in photos
        if (at := newest_stamp(facts.exif)) and opened and received and opened - margin <= at <= received + margin
    ]
    outside = _outside_seconds(session)
    answer = partial(
        CheckResult,
        check="made_in_session",
        severity=Severity.STRONG,
        numbers={
            "outside_seconds": outside,
            "from_file": session.from_file,
            "pictures": len(photos),
            "with_a_time_in_it": len(bound),
        },
        threshold={"outside_seconds": limits.clock_skew_seconds, "file_early_seconds": limits.file_early_seconds},
    )
    if outside > limits.clock_skew_seconds:
        return answer(
            outcome=Outcome.FAIL,
            reason="captured_outside",
            scout="By your device's own word this was captured before you opened the session, or after you sent it.",
            buyer="By the device's own word this was captured before its session was opened, or after it was sent.",
            retake=True,
        )
    if session.from_file and len(bound) < len(photos):
        return answer(
            outcome=Outcome.FAIL,
            reason="unbound",
            scout="Nothing in the file you chose says that it was made now. Capture with the camera of the page.",
            buyer="The picture was chosen from the device's files, and nothing says that it was made there and then.",
            retake=True,
        )
    sentence = "Nothing says that the pictures are older than their session."
    return answer(outcome=Outcome.PASS, reason="made_in_session", scout=sentence, buyer=sentence)


def _outside_seconds(session: CaptureSession) -> float:
    """How far the shutter's moment, on our clock, lies before the opening or after the handing in."""
    at = captured_at(session)
    if at is None:
        return 0.0
    early = (session.opened_at - at).total_seconds() if session.opened_at else 0.0
    late = (at - session.received_at).total_seconds() if session.received_at else 0.0
    return round(max(early, late, 0.0), 1)
