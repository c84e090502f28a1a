"""Does the place inside the file, where there is one, fit the session? Its absence says nothing: phones strip it."""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.geo import distance_m
from verification.photos.facts import PhotoFacts
from verification.reading import fix_at_shutter
from verification.requirements import Requirements


def exif_place(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    fix = fix_at_shutter(evidence.session, limits)
    exifs = [each.facts.exif for each in evidence.artifacts if isinstance(each.facts, PhotoFacts)]
    gaps = [
        max(0.0, distance_m(exif.place, fix.place) - fix.accuracy_m - (exif.place_accuracy_m or 0.0))
        for exif in exifs
        if exif.place is not None and fix is not None
    ]
    answer = partial(
        CheckResult,
        check="exif_place",
        severity=Severity.STRONG,
        numbers={"files_with_place": len(gaps), "gap_m": round(max(gaps), 1) if gaps else None},
        threshold={"gap_m": limits.exif_place_m},
    )
    if not gaps:
        sentence = "The files name no place to compare with. That is usual and says nothing."
        return answer(outcome=Outcome.UNKNOWN, reason="nothing_to_compare", scout=sentence, buyer=sentence)
    if max(gaps) > limits.exif_place_m:
        return answer(
            outcome=Outcome.FAIL,
            reason="elsewhere",
            scout=f"A file says it was taken {max(gaps):.0f} m away from where your device was.",
            buyer=f"A file says it was taken {max(gaps):.0f} m away from where the capturing device was.",
        )
    sentence = "The place inside the files fits the capture session."
    return answer(outcome=Outcome.PASS, reason="agrees", scout=sentence, buyer=sentence)
