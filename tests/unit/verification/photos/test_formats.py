import struct
from typing import Any

import pytest
from PIL import Image

from tests.unit.verification.photos.pictures import encoded, scene
from verification.photos import formats
from verification.photos.formats import LARGEST_BYTES, RefusedPicture, inspect

SMALL = scene(size=(320, 240))
JPEG = encoded(SMALL)
PNG = encoded(SMALL, "PNG")


@pytest.mark.parametrize(
    ("kind", "options", "name"),
    [
        ("JPEG", {}, "jpeg"),
        ("JPEG", {"progressive": True}, "jpeg"),
        ("PNG", {}, "png"),
        ("WEBP", {"quality": 80}, "webp"),
        ("WEBP", {"lossless": True}, "webp"),
        ("WEBP", {"quality": 80, "exif": b"Exif\0\0"}, "webp"),
        ("AVIF", {}, "avif"),
    ],
)
def test_format_and_size_are_read_without_decoding(kind: str, options: dict[str, Any], name: str) -> None:
    header = inspect(encoded(SMALL, kind, **options))
    assert (header.format, header.width, header.height, header.notes) == (name, 320, 240, ())


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "PPM", "ICO", "JPEG2000"])
def test_a_format_not_on_the_list_is_refused_by_name(kind: str) -> None:
    with pytest.raises(formats.UnknownFormat):
        inspect(encoded(SMALL, kind))


@pytest.mark.parametrize("data", [b"", b"\xff", b"%PDF-1.7", b"<svg/>", b"\x00" * 100, b"....ftypisom" + b"\0" * 50])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    with pytest.raises(formats.UnknownFormat):
        inspect(data)


def test_a_file_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(formats.FileTooLarge):
        inspect(JPEG + bytes(LARGEST_BYTES))


def resized(data: bytes, width: int, height: int) -> bytes:
    """The same file, lying about its size: what a decompression bomb does."""
    if data is PNG:
        return data[:16] + struct.pack(">II", width, height) + data[24:]
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


@pytest.mark.parametrize("data", [JPEG, PNG], ids=["jpeg", "png"])
def test_pixels_are_counted_before_decoding(data: bytes) -> None:
    assert inspect(resized(data, 10_000, 6_000)).width == 10_000
    with pytest.raises(formats.TooManyPixels):
        inspect(resized(data, 10_001, 6_000))
    with pytest.raises(formats.TooFewPixels):
        inspect(resized(data, 63, 6_000))


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "AVIF"])
def test_moving_pictures_are_refused(kind: str) -> None:
    with pytest.raises(formats.AnimatedPicture):
        inspect(encoded(SMALL, kind, save_all=True, append_images=[scene(2, (320, 240))], duration=100))


@pytest.mark.parametrize(
    "rest", [b"PK\x03\x04....PK\x05\x06" + bytes(18), b"<script>alert(1)</script>", b"%PDF-1.4", b"\x7fELF", b"MZ\x90"]
)
@pytest.mark.parametrize(
    "data", [JPEG, PNG, encoded(SMALL, "WEBP"), encoded(SMALL, "AVIF")], ids=["jpeg", "png", "webp", "avif"]
)
def test_a_picture_that_is_something_else_as_well_is_refused(data: bytes, rest: bytes) -> None:
    with pytest.raises(formats.HidingPicture):
        inspect(data + rest)


@pytest.mark.parametrize(
    ("rest", "notes"),
    [
        (b"\0" * 40, ()),
        (b"\0\0\0\x18ftypmp42 a clip", ("trailing_bytes",)),
        (JPEG, ("further_pictures",)),
    ],
)
def test_what_phones_keep_behind_a_picture_is_noted(rest: bytes, notes: tuple[str, ...]) -> None:
    assert inspect(JPEG + rest).notes == notes


def test_in_a_file_of_boxes_a_further_one_of_a_known_name_is_none_of_that() -> None:
    avif = encoded(SMALL, "AVIF")
    assert inspect(avif + b"\0\0\0\x0cfree....").notes == ()
    assert inspect(avif + b"\0\0\0\x0cseen....").notes == ("trailing_bytes",)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_file_cut_anywhere_in_its_header_is_refused_or_read_and_never_fails(kind: str) -> None:
    data = encoded(SMALL, kind)
    for length in range(0, min(len(data), 600), 7):
        try:
            said: int | str = inspect(data[:length]).width
        except RefusedPicture as refusal:
            said = refusal.code
        assert said in {320, "broken_picture", "unknown_picture_format"}


def test_sixteen_bit_and_grey_pictures_are_pictures() -> None:
    assert inspect(encoded(Image.new("I;16", (100, 80), 40_000), "PNG")).height == 80
