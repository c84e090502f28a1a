import numpy as np
import pytest
from PIL import Image

from tests.unit.verification.photos.pictures import decoded, encoded, scene
from verification.photos import delivery
from verification.photos.delivery import PREVIEW, deliver
from verification.photos.handed_over import Delivery

DETECTORS = ["face_frontal", "face_profile", "plate"]


@pytest.fixture(scope="module")
def done() -> Delivery:
    exif = Image.Exif()
    exif[0x0110] = "SECRETMODEL"
    exif[0x0112] = 6
    return deliver(encoded(scene(4, (3000, 2000)), exif=exif, comment=b"SECRETCOMMENT"))


def test_the_copy_is_upright_bounded_and_bare(done: Delivery) -> None:
    media, preview = decoded(done.media), decoded(done.preview)
    assert (media.format, media.size, (done.width, done.height)) == ("JPEG", (1344, 2016), (1344, 2016))
    assert max(preview.size) == PREVIEW
    for part in (done.media, done.preview):
        assert b"SECRET" not in part
        assert not {"exif", "comment", "xmp", "icc_profile"} & decoded(part).info.keys()


def test_it_says_which_detectors_looked(done: Delivery) -> None:
    assert [each.detector for each in done.redactions] == DETECTORS


def test_without_blur_no_detector_is_named() -> None:
    assert deliver(encoded(scene(4, (400, 300))), blur=False).redactions == ()


def test_what_is_hidden_cannot_be_told_from_another_face() -> None:
    """Two different things with the same few averages are the same when hidden."""
    dice = np.random.default_rng(1)
    one = dice.integers(0, 256, (120, 120, 3), dtype=np.uint8)
    blocks = one.reshape(6, 20, 6, 20, 3)
    other = blocks[:, ::-1, :, ::-1].reshape(120, 120, 3).copy()
    delivery._hide(one, (0, 0, 120, 120))
    delivery._hide(other, (0, 0, 120, 120))
    assert np.array_equal(one, other)


def test_only_the_region_is_touched() -> None:
    before = np.asarray(scene(4, (300, 200))).copy()
    after = before.copy()
    delivery._hide(after, (50, 60, 70, 80))
    outside = np.ones((200, 300), bool)
    outside[60:140, 50:120] = False
    assert np.array_equal(before[outside], after[outside])
    assert not np.array_equal(before[~outside], after[~outside])
