"""Could one person have been here, given where the same scout captured before, and within this session's own track?"""

from datetime import datetime
from functools import partial
from itertools import pairwise

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import EarlierPlace, Evidence, Fix
from verification.geo import distance_m
from verification.reading import best_moment, fix_at_shutter
from verification.requirements import Requirements


def impossible_travel(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limits = requirements.policy.thresholds
    at = best_moment(evidence.session)
    fix = fix_at_shutter(evidence.session, limits)
    track = [EarlierPlace(each.at, each.place, each.accuracy_m) for each in sorted(evidence.session.fixes, key=_at)]
    legs = [_speed_mps(one, other, least_m=limits.travel_least_m) for one, other in pairwise(track)]
    if at is not None and fix is not None:
        here = EarlierPlace(at, fix.place, fix.accuracy_m)
        legs += [_speed_mps(each, here, least_m=limits.travel_least_m) for each in evidence.earlier_places]
    fastest = max(legs, default=0.0)
    answer = partial(
        CheckResult,
        check="impossible_travel",
        numbers={"earlier_places": len(evidence.earlier_places)},
        private={"speed_mps": round(fastest, 1)},
        threshold={"doubt_mps": limits.travel_doubt_mps, "limit_mps": limits.travel_limit_mps},
    )
    if at is None or fix is None:
        sentence = "Without a place and a time of the capture, journeys cannot be compared."
        return answer(
            outcome=Outcome.UNKNOWN, severity=Severity.STRONG, reason="no_place", scout=sentence, buyer=sentence
        )
    if fastest > limits.travel_limit_mps:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.DECISIVE,
            reason="impossible",
            scout="You cannot have been here so soon after your last capture elsewhere.",
            buyer="The scout's other captures make it impossible to have been here at this time.",
        )
    if fastest > limits.travel_doubt_mps:
        return answer(
            outcome=Outcome.FAIL,
            severity=Severity.STRONG,
            reason="unlikely",
            scout="You were far from here shortly before. A person will look at it.",
            buyer="The scout's other captures make it unlikely to have been here at this time.",
        )
    sentence = "Nothing captured before speaks against having been here."
    return answer(outcome=Outcome.PASS, severity=Severity.STRONG, reason="possible", scout=sentence, buyer=sentence)


def _at(fix: Fix) -> datetime:
    return fix.at


def _speed_mps(one: EarlierPlace, other: EarlierPlace, *, least_m: float) -> float:
    """The slowest journey that both uncertainties allow."""
    distance = distance_m(one.place, other.place) - one.accuracy_m - other.accuracy_m
    if distance < least_m:
        return 0.0
    return distance / max(abs((other.at - one.at).total_seconds()), 1.0)
