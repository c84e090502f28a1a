import dataclasses
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.unit.verification.builders import NOON, SHA, evidence, fix, requirements, session
from verification import decide as rules
from verification.checks.result import CheckResult, Outcome, Severity
from verification.decide import decide, judge
from verification.evidence import Answered, Blocked, ModelAnswer, NonceState, TextReading, with_changes
from verification.policies import Thresholds
from verification.replay import Replayed
from verification.requirements import BLOCKED_CRITERION, Criterion, Review, under_current_rules


def test_evidence_that_passes_everything_is_accepted_by_name() -> None:
    verdict = decide(evidence(), requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("accept", "all_passed", ())


def test_a_contradiction_rejects_whatever_else_is_fine() -> None:
    verdict = decide(evidence(session=session(nonce=NonceState.REUSED)), requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("reject", "contradiction", ("session_integrity",))
    assert [result.reason for result in verdict.because()] == ["nonce_reused"]
    assert not verdict.retake


def test_a_contradiction_that_a_better_capture_mends_offers_one() -> None:
    verdict = decide(evidence(session=session(fixes=(fix(north_m=900.0),))), requirements())
    assert (verdict.decision, verdict.retake) == ("reject", True)


def test_a_strong_doubt_goes_to_review() -> None:
    late = session(received_at=NOON + timedelta(hours=5))
    verdict = decide(evidence(session=late), requirements())
    assert (verdict.decision, verdict.rule) == ("review", "strong_doubt")


def test_a_missing_strong_proof_goes_to_review() -> None:
    verdict = decide(evidence(session=session(offline=True)), requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("review", "missing_proof", ("session_integrity",))


def test_the_buyer_sees_first_what_the_buyer_asked_to_see() -> None:
    verdict = decide(evidence(), requirements(review=Review.BUYER))
    assert (verdict.decision, verdict.rule) == ("review", "buyer_reviews")


def test_a_verdict_survives_storage() -> None:
    verdict = decide(evidence(session=session(offline=True)), requirements())
    assert rules.from_json(rules.to_json(verdict)) == verdict


def results(*failed: Any) -> tuple[CheckResult, ...]:
    """Every check passed but these: (name, severity)."""
    severities = dict(failed)
    return tuple(
        CheckResult(
            check=name,
            outcome=Outcome.FAIL if name in severities else Outcome.PASS,
            severity=severities.get(name, Severity.DECISIVE),
            reason="r",
            scout=".",
            buyer=".",
        )
        for name in ("geofence", "exif_time", "repeated_coordinates", "exact_reuse", "editor_traces")
    )


@pytest.mark.parametrize(
    ("failed", "reward_micros", "decision", "rule"),
    [
        ((), 1, "accept", "all_passed"),
        ((("exact_reuse", Severity.DECISIVE),), 1, "reject", "contradiction"),
        ((("exact_reuse", Severity.STRONG),), 1, "review", "strong_doubt"),
        # A required check that failed, however weakly, was not passed.
        ((("exact_reuse", Severity.WEAK),), 1, "review", "missing_proof"),
        # Weak doubts never add up to a rejection, and at little value they stop nothing.
        ((("exif_time", Severity.WEAK),), 1, "accept", "all_passed"),
        ((("exif_time", Severity.WEAK), ("editor_traces", Severity.WEAK)), 1, "accept", "all_passed"),
        ((("exif_time", Severity.WEAK),), 25_000_000, "review", "weak_doubt"),
        ((("exif_time", Severity.WEAK), ("repeated_coordinates", Severity.WEAK)), 10**9, "review", "missing_proof"),
        # No strong signal is bought off, no weak one hides it.
        ((("exact_reuse", Severity.DECISIVE), ("exif_time", Severity.WEAK)), 1, "reject", "contradiction"),
    ],
)
def test_rules_are_tried_from_the_top_and_nothing_is_summed(
    failed: tuple[Any, ...], reward_micros: int, decision: str, rule: str
) -> None:
    verdict = judge(results(*failed), evidence(), requirements(reward_micros=reward_micros))
    assert (verdict.decision, verdict.rule) == (decision, rule)


@pytest.mark.parametrize("blocked", list(Blocked))
def test_a_blocked_answer_is_verified_like_any_other(blocked: Blocked) -> None:
    seen = (ModelAnswer("m", "1", "p", BLOCKED_CRITERION.id, Answered.YES, seen="a locked gate"),)
    read = (TextReading(SHA, "ocr", ("PRIVATE",)),)
    honest = evidence(blocked=blocked, model_answers=seen, readings=read)
    asked = requirements(criteria=(Criterion("c1", "the shop is open"),))
    verdict = decide(honest, asked)
    assert (verdict.decision, verdict.blocked) == ("accept", True)
    elsewhere = with_changes(honest, session=session(fixes=(fix(north_m=900.0),)))
    assert decide(elsewhere, asked).decision == "reject"
    assert decide(with_changes(honest, model_answers=()), asked).decision == "review"


def test_an_outage_of_the_model_neither_accepts_nor_rejects() -> None:
    verdict = decide(evidence(), requirements(criteria=(Criterion("c1", "the shop is open"),)))
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("review", "missing_proof", ("content",))


def test_a_model_alone_never_rejects() -> None:
    no = (ModelAnswer("m", "1", "p", "c1", Answered.NO, seen="shut blinds"),)
    read = (TextReading(SHA, "ocr", ()),)
    given = evidence(model_answers=no, readings=read)
    verdict = decide(given, requirements(criteria=(Criterion("c1", "the shop is open"),)))
    assert (verdict.decision, verdict.reasons) == ("review", ("content",))


def test_a_changed_rule_shows_what_it_would_have_changed() -> None:
    strict = Thresholds(accuracy_m=1.0)
    old = requirements(policy=dataclasses.replace(requirements().policy, thresholds=strict), radius_m=30.0)
    vague = evidence(session=session(fixes=(fix(accuracy_m=20.0),)))
    assert decide(vague, dataclasses.replace(old, radius_m=15.0)).decision == "review"
    assert decide(vague, under_current_rules(old)).decision == "accept"
    assert under_current_rules(old).policy == requirements().policy


def test_a_verdict_replays_the_same_whichever_version_of_the_rules_says_it() -> None:
    now = decide(evidence(), requirements())
    then = dataclasses.replace(now, rules_version="1")
    assert Replayed(UUID(int=1), then=then, now=now).same
    assert not Replayed(UUID(int=1), then=dataclasses.replace(then, retake=True), now=now).same
