"""Are there enough fixes at the shutter, and is the one that counts sharp enough to say anything?"""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.reading import fix_at_shutter, fixes_at_shutter
from verification.requirements import Requirements


def fix_accuracy(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    fixes = fixes_at_shutter(evidence.session, within_seconds=limits.fix_age_seconds)
    fix = fix_at_shutter(evidence.session, limits)
    limit = max(limits.accuracy_m, requirements.radius_m)
    answer = partial(
        CheckResult,
        check="fix_accuracy",
        severity=Severity.STRONG,
        numbers={"accuracy_m": fix.accuracy_m if fix else None, "fixes": len(fixes)},
        threshold={"accuracy_m": limit, "least_fixes": requirements.policy.least_fixes},
    )
    if fix is None:
        return answer(
            outcome=Outcome.UNKNOWN,
            reason="no_fix",
            scout="Your device gave no place at the moment of the capture. Allow location and capture again.",
            buyer="The device gave no place at the moment of the capture.",
            retake=True,
        )
    if fix.accuracy_m <= 0:
        # No receiver knows its place exactly: this is a number somebody typed.
        return answer(
            outcome=Outcome.FAIL,
            reason="impossible_accuracy",
            scout="Your device reports a place without any uncertainty, which no receiver does.",
            buyer="The device reports a place without any uncertainty, which no receiver does.",
        )
    if fix.accuracy_m > limit:
        return answer(
            outcome=Outcome.FAIL,
            reason="too_vague",
            scout=f"Your place is only known to {fix.accuracy_m:.0f} m; {limit:.0f} m are needed. Try under open sky.",
            buyer=f"The place is only known to {fix.accuracy_m:.0f} m; {limit:.0f} m were needed.",
            retake=True,
        )
    if len(fixes) < requirements.policy.least_fixes:
        return answer(
            outcome=Outcome.UNKNOWN,
            reason="too_few",
            scout="Your device gave too few places around the capture. Wait a few seconds longer, then capture again.",
            buyer="The device gave fewer places around the capture than a bounty of this value asks for.",
            retake=True,
        )
    sentence = f"The place is known to {fix.accuracy_m:.0f} m."
    return answer(outcome=Outcome.PASS, reason="sharp", scout=sentence, buyer=sentence)
