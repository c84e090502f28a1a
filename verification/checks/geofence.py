"""Was the shutter inside the circle, with the fix's own uncertainty counted on the side of doubt?"""

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.geo import distance_m
from verification.reading import fix_at_shutter, fixes_at_shutter
from verification.requirements import Requirements


def geofence(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    fixes = fixes_at_shutter(evidence.session, within_seconds=limits.fix_age_seconds)
    fix = fix_at_shutter(evidence.session, limits)
    radius = requirements.radius_m
    distance = None if fix is None else distance_m(fix.place, requirements.place)

    def answer(outcome: Outcome, reason: str, scout: str, buyer: str) -> CheckResult:
        return CheckResult(
            check="geofence",
            outcome=outcome,
            severity=Severity.DECISIVE,
            reason=reason,
            scout=scout,
            buyer=buyer,
            numbers={
                "distance_m": None if distance is None else round(distance, 1),
                "accuracy_m": None if fix is None else fix.accuracy_m,
                "fixes": len(fixes),
            },
            threshold={"radius_m": radius},
            retake=outcome is not Outcome.PASS,
        )

    if fix is None or distance is None:
        return answer(
            Outcome.UNKNOWN,
            "no_fix",
            "Your device gave no place at the moment of the capture. Allow location and capture again.",
            "The device gave no place at the moment of the capture.",
        )
    if distance + fix.accuracy_m <= radius:
        sentence = f"Captured {distance:.0f} m from the point, within the {radius:.0f} m asked for."
        return answer(Outcome.PASS, "inside", sentence, sentence)
    surely_outside = [each for each in fixes if distance_m(each.place, requirements.place) - each.accuracy_m > radius]
    # One fix alone may be a stray; where another one of the same minutes allows the circle, a person decides.
    if distance - fix.accuracy_m > radius and len(surely_outside) == len(fixes):
        return answer(
            Outcome.FAIL,
            "outside",
            f"You were about {distance:.0f} m from the point; {radius:.0f} m are allowed. Go closer and capture again.",
            f"Captured about {distance:.0f} m from the point; {radius:.0f} m were allowed.",
        )
    return answer(
        Outcome.UNKNOWN,
        "too_vague",
        f"Your place is only known to {fix.accuracy_m:.0f} m. Wait for a better fix under open sky and capture again.",
        f"The place is known to {fix.accuracy_m:.0f} m, too vague to tell whether it lies inside the circle.",
    )
