import pytest

from tests.unit.verification.builders import NOON, OTHER_SHA, SHA, evidence, photo, requirements
from verification.checks.near_reuse import near_reuse
from verification.evidence import FoundBy, NearDuplicate


def found(
    *,
    bits: int | None = None,
    inliers: int | None = None,
    share: float | None = None,
    spread: float | None = None,
    same_subject: bool = False,
) -> NearDuplicate:
    return NearDuplicate(
        SHA, OTHER_SHA, NOON, FoundBy.EVERYTHING, same_subject, False, bits, "original", inliers, share, spread
    )


@pytest.mark.parametrize(
    ("neighbour", "outcome", "severity", "reason"),
    [
        (found(bits=4, inliers=300, share=0.97), "fail", "decisive", "others_picture"),
        (found(bits=4, inliers=300, share=0.97, same_subject=True), "fail", "decisive", "own_picture"),
        # A crop is far away by hash and plain to see by points.
        (found(bits=110, inliers=200, share=0.9), "fail", "decisive", "others_picture"),
        (found(inliers=200, share=0.9), "fail", "decisive", "others_picture"),
        # Another view of the same place: many common points, no single movement.
        (found(bits=90, inliers=70, share=0.5), "pass", "strong", "new"),
        (found(bits=90, inliers=90, share=0.4), "pass", "strong", "new"),
        # A crop of a printed page: its letters repeat, and many find a wrong partner.
        (found(bits=90, inliers=90, share=0.5, spread=1.1), "fail", "strong", "looks_alike"),
        # The next frame of somebody who walks: as many points, and none quite where one movement would have it.
        (found(bits=104, inliers=113, share=0.72, spread=1.47), "pass", "strong", "new"),
        (found(bits=20, inliers=113, share=0.72, spread=1.47), "fail", "strong", "looks_alike"),
        # From before the spread was measured.
        (found(bits=90, inliers=90, share=0.5), "fail", "strong", "looks_alike"),
        (found(bits=90, inliers=12, share=0.95), "pass", "strong", "new"),
        # The points were asked and said no: then the hash was wrong.
        (found(bits=20, inliers=4, share=0.1), "pass", "strong", "new"),
        # The points could not be asked.
        (found(bits=31), "fail", "strong", "looks_alike"),
        (found(bits=32), "pass", "strong", "new"),
    ],
)
def test_a_copy_is_what_one_movement_explains(
    neighbour: NearDuplicate, outcome: str, severity: str, reason: str
) -> None:
    result = near_reuse(evidence(near_duplicates=(neighbour,)), requirements())
    assert (result.outcome, result.severity, result.reason) == (outcome, severity, reason)


def test_a_hash_of_an_almost_empty_picture_accuses_nobody() -> None:
    plain = evidence(artifacts=(photo(hash_quality=20),), near_duplicates=(found(bits=0),))
    assert near_reuse(plain, requirements()).outcome == "pass"


def test_a_picture_of_nothing_is_not_called_new() -> None:
    assert near_reuse(evidence(artifacts=(photo(hash_quality=0, features_count=0),)), requirements()).reason == (
        "too_plain"
    )


def test_what_was_not_searched_is_not_known() -> None:
    assert near_reuse(evidence(duplicates_searched=False), requirements()).outcome == "unknown"
