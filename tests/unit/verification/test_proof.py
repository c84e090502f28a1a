import pytest

from tests.unit.verification.builders import OTHER_SHA, evidence, photo, requirements
from verification.checks.proof import proof
from verification.evidence import Blocked, Evidence, ScoutAnswer
from verification.requirements import Proof, Question, Requirements

TWO_PHOTOS = requirements(proof=(Proof(least=2),))
ONE_QUESTION = requirements(questions=(Question("q1", "how many?"),))


@pytest.mark.parametrize(
    ("given", "wanted", "outcome", "reason"),
    [
        (evidence(), requirements(), "pass", "complete"),
        (evidence(), TWO_PHOTOS, "fail", "too_few"),
        (evidence(artifacts=(photo(), photo(OTHER_SHA))), TWO_PHOTOS, "pass", "complete"),
        (evidence(artifacts=()), requirements(), "fail", "too_few"),
        (evidence(), requirements(proof=(Proof(kind="video"),)), "fail", "too_few"),
        (evidence(), ONE_QUESTION, "fail", "unanswered"),
        (evidence(answers=(ScoutAnswer("q1", "  "),)), ONE_QUESTION, "fail", "unanswered"),
        (evidence(answers=(ScoutAnswer("q1", "3"),)), ONE_QUESTION, "pass", "complete"),
        (evidence(blocked=Blocked.NOT_THERE), ONE_QUESTION, "pass", "complete"),
        (evidence(blocked=Blocked.NOT_THERE, artifacts=()), ONE_QUESTION, "fail", "too_few"),
    ],
)
def test_all_that_was_asked_for_must_be_there(given: Evidence, wanted: Requirements, outcome: str, reason: str) -> None:
    result = proof(given, wanted)
    assert (result.outcome, result.reason, result.severity) == (outcome, reason, "strong")
