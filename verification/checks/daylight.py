"""Was the sun up, where daylight was asked? Reckoned from place and time; how dark the picture is does not count."""

from datetime import datetime
from functools import partial

from astral import Observer
from astral.sun import elevation

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.geo import Place
from verification.reading import best_moment
from verification.requirements import Requirements


def daylight(evidence: Evidence, requirements: Requirements) -> CheckResult:
    limit = requirements.policy.thresholds.sun_degrees
    at = best_moment(evidence.session)
    sun = sun_elevation(requirements.place, at) if at and requirements.daylight else None
    answer = partial(
        CheckResult,
        check="daylight",
        numbers={"sun_degrees": None if sun is None else round(sun, 2)},
        threshold={"sun_degrees": limit},
        retake=False,
    )
    if not requirements.daylight:
        sentence = "Daylight was not asked for."
        return answer(
            outcome=Outcome.PASS, severity=Severity.STRONG, reason="not_asked", scout=sentence, buyer=sentence
        )
    if sun is None:
        sentence = "Without a time of the capture, daylight cannot be reckoned."
        return answer(
            outcome=Outcome.UNKNOWN, severity=Severity.STRONG, reason="no_time", scout=sentence, buyer=sentence
        )
    if sun >= limit:
        sentence = "The sun was up at this place and time."
        return answer(outcome=Outcome.PASS, severity=Severity.STRONG, reason="day", scout=sentence, buyer=sentence)
    session = evidence.session
    ours = [moment for moment in (session.opened_at, session.received_at) if moment is not None]
    # Night at both our own readings is a fact; night by the device's word alone is a doubt.
    surely = len(ours) == 2 and all(sun_elevation(requirements.place, moment) < limit for moment in ours)
    return answer(
        outcome=Outcome.FAIL,
        severity=Severity.DECISIVE if surely else Severity.STRONG,
        reason="night",
        scout="Daylight was asked for, and the sun was not up.",
        buyer="The sun was not up at this place and time.",
    )


def sun_elevation(place: Place, at: datetime) -> float:
    """Of the sun's centre over the true horizon, in degrees; without refraction, which the threshold counts in."""
    return float(elevation(Observer(place.latitude, place.longitude), at, with_refraction=False))
