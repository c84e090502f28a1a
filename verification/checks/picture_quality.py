"""Can anything be made out? A blurred or dark picture is asked for again, never rejected."""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.photos.facts import PhotoFacts
from verification.requirements import Requirements


def picture_quality(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    found = [each.facts.quality for each in evidence.artifacts if isinstance(each.facts, PhotoFacts)]
    answer = partial(
        CheckResult,
        check="picture_quality",
        severity=Severity.WEAK,
        numbers={
            "sharpness": round(min(each.sharpness for each in found), 1) if found else None,
            "brightness": round(min(each.brightness for each in found), 1) if found else None,
            "contrast": round(min(each.contrast for each in found), 1) if found else None,
        },
        threshold={
            "sharpness": limits.sharpness,
            "brightness": limits.brightness,
            "contrast": limits.contrast,
        },
    )
    if not found:
        sentence = "There is no picture to judge."
        return answer(outcome=Outcome.UNKNOWN, reason="no_picture", scout=sentence, buyer=sentence)
    if min(each.brightness for each in found) < limits.brightness:
        return answer(
            outcome=Outcome.FAIL,
            reason="dark",
            scout="A picture is too dark. Capture it again with more light.",
            buyer="A picture is too dark to make things out.",
            retake=True,
        )
    if min(each.contrast for each in found) < limits.contrast:
        return answer(
            outcome=Outcome.FAIL,
            reason="empty",
            scout="A picture shows almost nothing. Check that nothing covers the lens, and capture it again.",
            buyer="A picture shows almost nothing.",
            retake=True,
        )
    if min(each.sharpness for each in found) < limits.sharpness:
        return answer(
            outcome=Outcome.FAIL,
            reason="blurred",
            scout="A picture is blurred. Hold still, tap to focus, and capture it again.",
            buyer="A picture is too blurred to make things out.",
            retake=True,
        )
    sentence = "The pictures are sharp and light enough."
    return answer(outcome=Outcome.PASS, reason="clear", scout=sentence, buyer=sentence)
