"""The drawn street: the same again from the same seeds, and from elsewhere another view, which no copy can be."""

from datetime import UTC, datetime
from itertools import combinations

import pytest

from agents_api.sandbox import scene
from tests.unit.verification.photos.pictures import decoded
from verification.photos.facts import PhotoFacts
from verification.photos.features import Features, copied, scene_inliers, unpacked
from verification.photos.measure import measure
from verification.policies import Thresholds

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)
LIMITS = Thresholds()


def drawn(street: str, claim: str, number: int = 0, **words: object) -> bytes:
    shown = scene.picture(scene.street(street), scene.view(claim, number=number), **words)  # type: ignore[arg-type]
    return scene.as_file(shown, taken_at=AT)


def facts(data: bytes) -> PhotoFacts:
    return measure(data).facts


def points(data: bytes) -> Features:
    return unpacked(measure(data).features)


def test_drawn_again_it_is_the_same_file() -> None:
    assert drawn("street", "claim") == drawn("street", "claim")
    assert drawn("street", "claim") != drawn("street", "another claim")


@pytest.mark.parametrize("street", ["one", "other"])
def test_the_views_of_one_capture_are_of_one_scene_and_no_copies(street: str) -> None:
    views = [points(drawn(street, f"claim {number}", number)) for number in range(4)]
    for one, other in combinations(views, 2):
        likeness = copied(one, other)
        assert likeness.copy_inliers < LIMITS.copy_inliers or likeness.copy_share < LIMITS.copy_share
        assert scene_inliers(one, other) >= LIMITS.scene_inliers


def test_two_streets_have_nothing_in_common() -> None:
    likeness = copied(points(drawn("one", "claim")), points(drawn("other", "claim")))
    assert likeness.copy_inliers < LIMITS.copy_inliers / 2


def test_it_is_sharp_enough_to_judge_and_the_blurred_one_is_not() -> None:
    sharp, blurred = facts(drawn("street", "claim")), facts(drawn("street", "claim", blurred=True))
    assert sharp.quality.sharpness > 2 * LIMITS.sharpness
    assert blurred.quality.sharpness < LIMITS.sharpness / 2
    for each in (sharp, blurred):
        assert each.quality.brightness > LIMITS.brightness
        assert each.quality.contrast > LIMITS.contrast


def test_the_file_says_when_it_was_taken_and_by_whom() -> None:
    exif = facts(drawn("street", "claim")).exif
    assert (exif.taken_at, exif.make, exif.model) == (AT, "Sightline", "simulated scout")


def test_the_code_is_held_before_the_camera() -> None:
    without, with_code = (decoded(drawn("street", "claim", code=code)).convert("L") for code in ("", "A7K9X"))
    middle = (scene.SIZE[0] // 2, scene.SIZE[1] - 190)
    assert with_code.getpixel(middle) != without.getpixel(middle)


def test_there_are_only_so_many_places_to_stand() -> None:
    with pytest.raises(ValueError, match="no view"):
        scene.view("claim", number=scene.VIEWS)
