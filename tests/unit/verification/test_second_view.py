import pytest

from tests.unit.verification.builders import OTHER_SHA, SHA, evidence, photo, requirements
from verification.checks.second_view import second_view
from verification.evidence import ChallengeKind, SceneMatch

ASKED = requirements(challenge=ChallengeKind.SECOND_VIEW)
PAIR = (photo(), photo(OTHER_SHA))


def scene(*, inliers: int, copy_inliers: int = 10, copy_share: float = 0.2) -> SceneMatch:
    return SceneMatch(SHA, OTHER_SHA, 100, inliers, copy_inliers, copy_share)


@pytest.mark.parametrize(
    ("scenes", "outcome", "reason"),
    [
        ((scene(inliers=60),), "pass", "two_views"),
        ((scene(inliers=24),), "unknown", "not_matched"),
        ((), "unknown", "not_matched"),
        ((scene(inliers=300, copy_inliers=290, copy_share=0.97),), "fail", "same_view"),
        ((scene(inliers=300, copy_inliers=290, copy_share=0.97), scene(inliers=60)), "pass", "two_views"),
    ],
)
def test_one_scene_from_two_places(scenes: tuple[SceneMatch, ...], outcome: str, reason: str) -> None:
    result = second_view(evidence(artifacts=PAIR, scenes=scenes), ASKED)
    assert (result.outcome, result.reason, result.severity) == (outcome, reason, "strong")


def test_one_picture_is_no_second_view() -> None:
    assert second_view(evidence(), ASKED).reason == "one_picture"


def test_not_asked_is_passed() -> None:
    assert second_view(evidence(), requirements()).reason == "not_asked"
