from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.unit.verification.photos.pictures import encoded, scene
from verification.photos.exif import exif
from verification.photos.traces import traces
from verification.photos.working import opened

SMALL = scene(size=(128, 96))


def found(data: bytes) -> list[Any] | list[tuple[Any, ...]]:
    return [(each.source, each.maker, each.name) for each in traces(opened(data), exif(data), None)]


def with_software(name: str) -> bytes:
    tags = Image.Exif()
    tags[0x0131] = name
    return encoded(SMALL, exif=tags)


def with_xmp(inside: str) -> bytes:
    return encoded(SMALL, xmp=f"<x:xmpmeta><rdf:Description {inside}</rdf:Description></x:xmpmeta>".encode())


def with_text(key: str, value: str) -> bytes:
    text = PngInfo()
    text.add_text(key, value)
    return encoded(SMALL, "PNG", pnginfo=text)


@pytest.mark.parametrize(
    ("data", "trace"),
    [
        (with_software("Adobe Photoshop CC 2019"), ("exif", "editor", "photoshop")),
        (with_software("GIMP 2.10"), ("exif", "editor", "gimp")),
        (with_software("Android Screenshot"), ("exif", "screen", "screenshot")),
        (with_xmp('xmp:CreatorTool="Adobe Lightroom 7">'), ("xmp", "editor", "lightroom")),
        (with_xmp("><xmp:CreatorTool>Snapseed 2</xmp:CreatorTool>"), ("xmp", "editor", "snapseed")),
        (
            with_xmp('Iptc4xmpExt:DigitalSourceType="http://cv.iptc.org/x/trainedAlgorithmicMedia">'),
            ("xmp", "generator", "trainedalgorithmicmedia"),
        ),
        (with_xmp('photoshop:Credit="Made with Google AI">'), ("xmp", "generator", "made with google ai")),
        (with_text("parameters", "a street, masterpiece"), ("text", "generator", "parameters")),
        (with_text("Comment", "Midjourney v6"), ("text", "generator", "midjourney")),
        (encoded(SMALL, comment=b"CREATOR: ImageMagick"), ("text", "editor", "imagemagick")),
    ],
)
def test_programs_that_sign_their_work_are_named(data: bytes, trace: tuple[str, ...]) -> None:
    assert found(data) == [trace]


def test_an_iphone_screenshot_says_so_in_its_user_comment() -> None:
    tags = Image.Exif()
    tags.get_ifd(0x8769)[0x9286] = b"ASCII\x00\x00\x00Screenshot"
    assert ("exif", "screen", "screenshot") in found(encoded(SMALL, exif=tags))


@pytest.mark.parametrize("data", [encoded(SMALL), with_software("17.5.1"), with_software("HDR+ 1.0.585804376zd")])
def test_what_cameras_write_is_no_trace(data: bytes) -> None:
    assert found(data) == []
