import numpy as np
import pytest
from PIL import Image, ImageCms

from tests.unit.verification.photos.pictures import decoded, encoded, scene
from verification.photos.formats import BrokenPicture
from verification.photos.pdq import distance, pdq
from verification.photos.working import SIDE, as_jpeg, clean, grey, opened

PICTURE = scene(3, (800, 600))


def oriented(orientation: int) -> bytes:
    """The same scene, stored turned and labelled so that it shows upright."""
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(PICTURE if undo is None else PICTURE.transpose(undo), exif=exif, quality=95)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_are_one_picture(orientation: int) -> None:
    first, _ = pdq(grey(opened(oriented(1))))
    copy = grey(opened(oriented(orientation)))
    assert copy.shape == (480, SIDE)
    assert distance(first["original"], pdq(copy)[0]["original"]) <= 8
    assert clean(opened(oriented(orientation)), longest=400).size == (400, 300)


@pytest.mark.parametrize("size", [(4000, 3000), (100, 80)])
def test_the_measuring_copy_is_always_of_one_length(size: tuple[int, int]) -> None:
    assert max(grey(opened(encoded(scene(1, size)))).shape) == SIDE


def test_nothing_of_the_files_metadata_survives() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRETMAKER"
    data = encoded(
        PICTURE, exif=exif, comment=b"SECRETCOMMENT", xmp=b"<x:xmpmeta>SECRETXMP</x:xmpmeta>", dpi=(300, 300)
    )
    assert data.count(b"SECRET") == 3
    copy = as_jpeg(clean(opened(data), longest=2016), quality=90)
    assert b"SECRET" not in copy
    assert not {"comment", "exif", "xmp", "icc_profile"} & decoded(copy).info.keys()


def test_colours_are_brought_into_srgb() -> None:
    # A profile with red and blue swapped stands for any that is not sRGB.
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    plain = encoded(Image.new("RGB", (200, 200), (200, 30, 30)))
    with_nonsense = encoded(Image.new("RGB", (200, 200), (200, 30, 30)), icc_profile=b"no profile")
    with_wrong = encoded(Image.new("RGB", (200, 200), (200, 30, 30)), icc_profile=lab.tobytes())
    for data in (plain, with_nonsense, with_wrong):
        red, _, _ = np.asarray(clean(opened(data), longest=100))[50, 50]
        assert red > 150


@pytest.mark.parametrize(
    ("picture", "kind", "colour"),
    [
        (Image.new("I;16", (128, 128), 65_535 // 2), "PNG", 127),
        (Image.new("L", (128, 128), 127), "PNG", 127),
        (Image.new("RGBA", (128, 128), (10, 10, 10, 0)), "PNG", 255),
        (Image.new("LA", (128, 128), (10, 255)), "PNG", 10),
        (Image.new("P", (128, 128), 0), "PNG", 0),
        (Image.new("1", (128, 128), 1), "PNG", 255),
        (Image.new("CMYK", (128, 128), (0, 0, 0, 255)), "JPEG", 0),
    ],
)
def test_every_mode_becomes_plain_colour(picture: Image.Image, kind: str, colour: int) -> None:
    shown = clean(opened(encoded(picture, kind)), longest=128)
    assert shown.mode == "RGB"
    assert shown.getpixel((64, 64)) == pytest.approx((colour,) * 3, abs=3)
    assert float(np.mean(grey(opened(encoded(picture, kind))))) == pytest.approx(colour, abs=3)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_cut_in_half_is_broken(kind: str) -> None:
    data = encoded(PICTURE, kind)
    with pytest.raises(BrokenPicture):
        grey(opened(data[: len(data) // 2]))
