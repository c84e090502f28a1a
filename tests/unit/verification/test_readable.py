from tests.unit.verification.builders import evidence, photo, requirements
from verification import decide
from verification.evidence import Artifact, from_json, to_json
from verification.kinds import UNREADABLE
from verification.photos.facts import RefusalFacts

BROKEN = Artifact(UNREADABLE, "dd" * 32, 100, RefusalFacts("broken_picture", "It is cut off.", "Send it again."))


def test_a_file_nobody_can_read_rejects_by_its_own_reason_and_can_be_mended() -> None:
    verdict = decide.decide(evidence(artifacts=(photo(), BROKEN)), requirements())
    (result,) = [each for each in verdict.checks if each.check == "readable"]
    assert (result.outcome, result.reason, result.scout) == ("fail", "broken_picture", "It is cut off. Send it again.")
    assert result.retake


def test_where_all_is_readable_it_is_not_asked() -> None:
    assert "readable" not in {each.check for each in decide.decide(evidence(), requirements()).checks}


def test_it_is_stored_like_any_other_artifact() -> None:
    stored = evidence(artifacts=(BROKEN,))
    assert from_json(to_json(stored)) == stored
