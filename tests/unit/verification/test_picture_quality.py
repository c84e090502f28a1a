import dataclasses
from typing import Any

import pytest

from tests.unit.verification.builders import OTHER_SHA, evidence, photo, photo_facts, requirements
from verification.checks.picture_quality import picture_quality
from verification.decide import decide

GOOD = photo_facts().quality


@pytest.mark.parametrize(
    ("changes", "outcome", "reason"),
    [
        ({}, "pass", "clear"),
        ({"sharpness": 60.0}, "pass", "clear"),
        ({"sharpness": 59.0}, "fail", "blurred"),
        ({"brightness": 29.0}, "fail", "dark"),
        ({"contrast": 9.0}, "fail", "empty"),
        ({"brightness": 29.0, "contrast": 9.0, "sharpness": 1.0}, "fail", "dark"),
    ],
)
def test_the_worst_of_all_pictures_counts(changes: dict[str, Any], outcome: str, reason: str) -> None:
    bad = photo(OTHER_SHA, quality=dataclasses.replace(GOOD, **changes))
    result = picture_quality(evidence(artifacts=(photo(), bad)), requirements())
    assert (result.outcome, result.reason, result.severity) == (outcome, reason, "weak")


def test_a_bad_picture_is_asked_for_again_and_never_rejected() -> None:
    blurred = photo(quality=dataclasses.replace(GOOD, sharpness=2.0))
    verdict = decide(evidence(artifacts=(blurred,)), requirements())
    assert (verdict.decision, verdict.reasons, verdict.retake) == ("review", ("picture_quality",), True)
