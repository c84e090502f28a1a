"""Do coordinates repeat to the last digit? A receiver's answer wanders by metres; a number that was typed does not."""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.requirements import Requirements


def repeated_coordinates(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    fixes = evidence.session.fixes
    # A position from Wi-Fi or a mast is a table entry and does repeat: those repetitions mean little.
    sharp = {fix.place for fix in fixes if fix.accuracy_m < limits.wandering_accuracy_m}
    earlier = {each.place: each.own_sessions + each.other_sessions for each in evidence.repeated_places}
    sharp_sessions = max((count for place, count in earlier.items() if place in sharp), default=0)
    any_sessions = max(earlier.values(), default=0)
    frozen = len(fixes) >= limits.frozen_fixes and len({fix.place for fix in fixes}) == 1
    answer = partial(
        CheckResult,
        check="repeated_coordinates",
        numbers={"fixes": len(fixes), "different": len({fix.place for fix in fixes})},
        private={"earlier_sessions": any_sessions, "earlier_sessions_sharp": sharp_sessions},
        threshold={"earlier_sessions": limits.repeated_sessions, "frozen_fixes": limits.frozen_fixes},
    )
    if not fixes:
        sentence = "There are no coordinates to compare."
        return answer(outcome=Outcome.UNKNOWN, severity=Severity.WEAK, reason="no_fix", scout=sentence, buyer=sentence)
    if sharp_sessions >= limits.repeated_sessions:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="seen_before",
            scout="Your place equals an earlier one to the last digit. Switch off anything that sets a location.",
            buyer="The coordinates equal those of an earlier capture to the last digit; a real receiver's wander.",
        )
    if any_sessions >= limits.repeated_sessions or frozen:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.WEAK,
            reason="frozen" if frozen else "seen_before_vague",
            scout="Your place did not move at all, as positions from Wi-Fi do. Switching on GPS makes this stronger.",
            buyer="The coordinates repeat, as positions from Wi-Fi do.",
            retake=True,
        )
    sentence = "The coordinates wander as those of a real receiver do."
    return answer(outcome=Outcome.PASS, severity=Severity.STRONG, reason="wandering", scout=sentence, buyer=sentence)
