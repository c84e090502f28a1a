"""Does the time inside the file, where there is one, fit the session? Cameras are often hours off: of a bare local time
only days count. A moment with its zone or from GPS is a phone's, and there minutes before the session count.
"""

from datetime import UTC, datetime, timedelta
from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.photos.facts import ExifFacts, PhotoFacts
from verification.reading import best_moment, newest_stamp
from verification.requirements import Requirements

# The furthest that a local time can lie from UTC: from UTC-12 to UTC+14.
_ZONES = timedelta(hours=14)


def exif_time(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    limit = limits.exif_time_seconds
    at = best_moment(evidence.session)
    exifs = [each.facts.exif for each in evidence.artifacts if isinstance(each.facts, PhotoFacts)]
    ahead = [(stamp - at).total_seconds() for exif in exifs for stamp in _moments(exif) if at]
    absolute = [abs(each) for each in ahead]
    local = [max(0.0, abs((stamp - at) / _SECOND) - _ZONES / _SECOND) for exif in exifs if at for stamp in _local(exif)]
    gaps = absolute + local
    opened = evidence.session.opened_at
    stamps = [stamp for exif in exifs if (stamp := newest_stamp(exif)) is not None]
    early = max(((opened - stamp).total_seconds() for stamp in stamps), default=0.0) if opened else 0.0
    answer = partial(
        CheckResult,
        check="exif_time",
        numbers={
            "times_read": len(gaps),
            "gap_seconds": round(max(gaps), 1) if gaps else None,
            "early_seconds": round(early, 1) if stamps and opened else None,
        },
        threshold={"gap_seconds": limit, "early_seconds": limits.file_early_seconds},
    )
    if not gaps:
        sentence = "The files name no time to compare with. That is usual and says nothing."
        return answer(
            outcome=Outcome.UNKNOWN, severity=Severity.WEAK, reason="nothing_to_compare", scout=sentence, buyer=sentence
        )
    days = max(gaps) / 86_400
    if max(absolute, default=0.0) > limit:
        furthest = max(ahead, key=abs)
        when = f"{abs(furthest) / 86_400:.1f} days {'before' if furthest < 0 else 'after'}"
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="another_day",
            scout=f"A file says it was taken {when} this capture.",
            buyer=f"A file says it was taken {when} this capture.",
        )
    if early > limits.file_early_seconds:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="before_session",
            scout=f"A file says it was made {early / 60:.0f} minutes before you opened this capture.",
            buyer=f"A file says it was made {early / 60:.0f} minutes before this capture was opened.",
            retake=True,
        )
    if max(local, default=0.0) > limit:
        # A clock that was never set is likelier than an old picture, so this alone is a remark.
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.WEAK,
            reason="camera_clock",
            scout=f"Your camera's clock is {days:.1f} days off.",
            buyer=f"The camera's clock was {days:.1f} days off; camera clocks often are.",
        )
    sentence = "The time inside the files fits the capture session."
    return answer(outcome=Outcome.PASS, severity=Severity.STRONG, reason="agrees", scout=sentence, buyer=sentence)


_SECOND = timedelta(seconds=1)


def _moments(exif: ExifFacts) -> list[datetime]:
    return [stamp for stamp in (exif.taken_at, exif.gps_at) if stamp is not None]


def _local(exif: ExifFacts) -> list[datetime]:
    """A local time as if it were UTC; the caller allows for every zone there is."""
    if exif.taken_at_local is None or exif.taken_at is not None:
        return []
    return [datetime.fromisoformat(exif.taken_at_local).replace(tzinfo=UTC)]
