from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.unit.verification.photos.pictures import encoded, scene
from verification.photos.features import (
    SKETCHED,
    Features,
    Likeness,
    akin,
    copied,
    features,
    packed,
    scene_inliers,
    sketch,
    unpacked,
)
from verification.photos.working import grey, opened
from verification.policies import Thresholds

LIMITS = Thresholds()
PICTURE = scene(7)


def points(picture: Image.Image) -> Features:
    return features(grey(opened(encoded(picture))))


ORIGINAL = points(PICTURE)


def is_copy(likeness: Likeness) -> bool:
    return likeness.copy_inliers >= LIMITS.copy_inliers and likeness.copy_share >= LIMITS.copy_share


@pytest.mark.parametrize(
    ("change", "mirrored"),
    [
        (lambda each: each, False),
        (lambda each: each.resize((600, 450)), False),
        (lambda each: each.crop((120, 90, 1080, 810)), False),
        (lambda each: each.crop((240, 0, 1200, 900)), False),
        (lambda each: each.rotate(4), False),
        (lambda each: each.transpose(Image.Transpose.FLIP_LEFT_RIGHT), True),
        (lambda each: each.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop((100, 50, 1150, 850)), True),
    ],
    ids=["same", "resized", "cropped", "cropped left", "rotated", "mirrored", "mirrored and cropped"],
)
def test_a_changed_copy_is_seen_as_one(change: Callable[..., Any], mirrored: bool) -> None:
    likeness = copied(points(change(PICTURE)), ORIGINAL)
    assert is_copy(likeness), likeness
    assert likeness.mirrored is mirrored


@pytest.mark.parametrize(
    "change",
    [
        lambda each: each.resize((600, 450)),
        lambda each: each.crop((120, 90, 1180, 885)),
        lambda each: each.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop((100, 50, 1150, 850)),
    ],
    ids=["resized", "cropped", "mirrored and cropped"],
)
def test_a_changed_copy_is_the_likest_of_many_by_sketch(change: Callable[..., Any]) -> None:
    many = [sketch(points(scene(seed))) for seed in range(20, 30)]
    assert akin(points(change(PICTURE)), [*many, sketch(ORIGINAL), *many])[0] == len(many)


def test_what_has_no_points_is_akin_to_nothing() -> None:
    nothing = unpacked(packed(Features((np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8)), ORIGINAL.plain)))
    assert (akin(nothing, [sketch(ORIGINAL)]), akin(ORIGINAL, [sketch(nothing)]), akin(ORIGINAL, [])) == ([], [], [])
    assert len(sketch(ORIGINAL)) == SKETCHED * 32


@pytest.mark.parametrize("seed", range(20, 30))
def test_another_picture_is_none(seed: int) -> None:
    assert not is_copy(copied(points(scene(seed)), ORIGINAL))


def test_letters_that_are_all_alike_and_meet_in_one_corner_are_no_copy() -> None:
    # So a printed page is "carried" onto a street: by shrinking all of it to the corner of one window.
    places, words = ORIGINAL.plain
    page = (places[:80], np.tile(words[:2], (40, 1)))
    street = (np.concatenate([np.array([[523.2, 226.8], [524.0, 227.0]], np.float32), places[2:]]), words)
    likeness = copied(Features(page, page), Features(street, street))
    assert (likeness.matches, likeness.copy_inliers) == (80, 0)


def test_how_far_points_lie_from_where_they_should_is_measured() -> None:
    same, resized = copied(ORIGINAL, ORIGINAL), copied(points(PICTURE.resize((600, 450))), ORIGINAL)
    assert same.spread_px == 0.0
    assert resized.spread_px is not None
    assert 0.0 < resized.spread_px <= LIMITS.doubt_spread_px


def test_a_picture_of_nothing_matches_nothing() -> None:
    empty = features(np.full((480, 640), 127, np.uint8))
    assert empty.count == 0
    assert copied(empty, ORIGINAL).copy_inliers == 0
    assert copied(empty, empty).copy_inliers == 0
    assert scene_inliers(empty, ORIGINAL) == 0


def test_points_survive_storage() -> None:
    again = unpacked(packed(ORIGINAL))
    for ours, theirs in ((ORIGINAL.plain, again.plain), (ORIGINAL.mirrored, again.mirrored)):
        assert np.array_equal(ours[0], theirs[0])
        assert np.array_equal(ours[1], theirs[1])
    with pytest.raises(ValueError, match="no stored points"):
        unpacked(b"something else")
