"""What silence does, from the evidence: it never pays where it is in doubt that it was captured there and then."""

from datetime import timedelta
from typing import Any

import pytest

from bounties.capturing import in_our_words
from bounties.verdicts import Verdict
from tests.unit.verification.builders import NOON, evidence, fix, requirements, session
from verification.decide import decide
from verification.evidence import Answered, Evidence, ModelAnswer
from verification.requirements import Criterion, Review

OPEN = Criterion("c:1", "the shop is open")
EVERYDAY, VALUABLE = 2_000_000, 30_000_000


def judged(given: Evidence, *, reward_micros: int = EVERYDAY, **wishes: Any) -> Verdict:
    asked = requirements(reward_micros=reward_micros, **wishes)
    return in_our_words(decide(given, asked), asked.policy)


def said(answered: str) -> tuple[ModelAnswer, ...]:
    return (ModelAnswer("m", "1", "p", OPEN.id, Answered(answered), seen="a shut door"),)


def test_silence_pays_for_what_the_buyer_wanted_to_see() -> None:
    verdict = judged(evidence(), review=Review.BUYER)
    assert (verdict.outcome, verdict.reviewer, verdict.silence_pays) == ("review", "buyer", True)


@pytest.mark.parametrize("answers", [(), said("no"), said("cannot_tell")])
def test_silence_pays_for_what_a_picture_shows(answers: tuple[ModelAnswer, ...]) -> None:
    verdict = judged(evidence(model_answers=answers), criteria=(OPEN,))
    assert (verdict.outcome, verdict.reviewer, verdict.silence_pays) == ("review", "buyer", True)


def test_silence_pays_where_there_was_no_contact_on_site() -> None:
    verdict = judged(evidence(session=session(offline=True)))
    assert ([each.code for each in verdict.reasons], verdict.silence_pays) == (["session_integrity"], True)


def test_silence_pays_where_a_sharp_place_cannot_tell_about_a_small_circle() -> None:
    verdict = judged(evidence(session=session(fixes=(fix(accuracy_m=30.0),))), radius_m=25.0)
    assert ([each.code for each in verdict.reasons], verdict.silence_pays) == (["geofence"], True)


@pytest.mark.parametrize(
    ("fixes", "names"),
    [
        ((), "geofence"),  # location not allowed
        ((fix(accuracy_m=3_000.0),), "fix_accuracy"),  # somewhere in this city
        ((fix(accuracy_m=0.0),), "fix_accuracy"),  # a place that somebody typed
        ((fix(at=NOON - timedelta(hours=1)),), "geofence"),  # no place at the shutter
    ],
)
def test_silence_does_not_pay_where_the_device_gave_no_place_that_means_anything(fixes: Any, names: str) -> None:
    verdict = judged(evidence(session=session(fixes=fixes)))
    assert (verdict.outcome, verdict.reviewer, verdict.silence_pays) == ("review", "buyer", False)
    assert names in [each.code for each in verdict.reasons]


def test_a_doubt_about_the_place_is_not_hidden_by_a_stronger_one_about_the_picture() -> None:
    verdict = judged(evidence(session=session(fixes=()), model_answers=said("no")), criteria=(OPEN,))
    assert [each.code for each in verdict.reasons] == ["geofence", "content"]
    assert not verdict.silence_pays


def test_our_staff_looks_first_at_what_a_buyer_cannot_judge() -> None:
    late = session(received_at=NOON + timedelta(hours=5))
    verdict = judged(evidence(session=late, model_answers=said("no")), criteria=(OPEN,))
    assert ("session_integrity" in [each.code for each in verdict.reasons], verdict.reviewer) == (True, "operator")
    assert not verdict.silence_pays


def frozen() -> Evidence:
    """A place that does not move at all, as one from Wi-Fi does, and pictures about which nobody has said anything."""
    still = tuple(fix(at=NOON + timedelta(seconds=each), accuracy_m=40.0) for each in (-10, 0, 10))
    return evidence(session=session(fixes=still))


@pytest.mark.parametrize(("reward_micros", "pays"), [(EVERYDAY, True), (VALUABLE, False)])
def test_a_weak_doubt_counts_from_the_reward_at_which_weak_doubts_do(reward_micros: int, pays: bool) -> None:
    verdict = judged(frozen(), reward_micros=reward_micros, criteria=(OPEN,), radius_m=500.0)
    assert (verdict.outcome, verdict.silence_pays) == ("review", pays)
    assert ("repeated_coordinates" in [each.code for each in verdict.reasons]) is not pays


def test_a_rejection_names_what_decided_it_and_nothing_else() -> None:
    elsewhere = session(fixes=(fix(north_m=900.0),), received_at=NOON + timedelta(hours=5))
    verdict = judged(evidence(session=elsewhere))
    assert (verdict.outcome, [each.code for each in verdict.reasons]) == ("reject", ["geofence"])
