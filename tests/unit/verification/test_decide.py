from datetime import timedelta

from tests.unit.verification.builders import NOON, evidence, fix, requirements, session
from verification import decide as rules
from verification.decide import decide
from verification.evidence import NonceState
from verification.requirements import Review


def test_evidence_that_passes_everything_is_accepted_by_name():
    verdict = decide(evidence(), requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("accept", "all_passed", ())


def test_a_contradiction_rejects_whatever_else_is_fine():
    verdict = decide(evidence(session=session(nonce=NonceState.REUSED)), requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("reject", "contradiction", ("session_integrity",))
    assert [result.reason for result in verdict.because()] == ["nonce_reused"]
    assert not verdict.retake


def test_a_contradiction_that_a_better_capture_mends_offers_one():
    verdict = decide(evidence(session=session(fixes=(fix(north_m=900.0),))), requirements())
    assert (verdict.decision, verdict.retake) == ("reject", True)


def test_a_strong_doubt_goes_to_review():
    late = session(received_at=NOON + timedelta(hours=5))
    verdict = decide(evidence(session=late), requirements())
    assert (verdict.decision, verdict.rule) == ("review", "strong_doubt")


def test_a_missing_strong_proof_goes_to_review():
    verdict = decide(evidence(session=session(offline=True)), requirements())
    assert (verdict.decision, verdict.rule, verdict.reasons) == ("review", "missing_proof", ("session_integrity",))


def test_the_buyer_sees_first_what_the_buyer_asked_to_see():
    verdict = decide(evidence(), requirements(review=Review.BUYER))
    assert (verdict.decision, verdict.rule) == ("review", "buyer_reviews")


def test_a_verdict_survives_storage():
    verdict = decide(evidence(session=session(offline=True)), requirements())
    assert rules.from_json(rules.to_json(verdict)) == verdict
