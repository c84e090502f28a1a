import pytest
from PIL import Image, ImageFilter

from tests.unit.verification.photos.pictures import encoded, scene
from verification.photos.facts import QualityFacts
from verification.photos.quality import quality
from verification.photos.working import grey, opened
from verification.policies import Thresholds

LIMITS = Thresholds()


def of(picture: Image.Image) -> QualityFacts:
    return quality(grey(opened(encoded(picture, quality=95))))


def test_a_sharp_picture_is_sharp_and_blur_takes_it_away() -> None:
    assert of(scene()).sharpness > LIMITS.sharpness
    assert of(scene().filter(ImageFilter.GaussianBlur(8))).sharpness < LIMITS.sharpness


def test_a_sharp_thing_before_an_empty_sky_is_sharp() -> None:
    sky = Image.new("RGB", (1200, 900), (180, 200, 230))
    sky.paste(scene().resize((300, 225)), (450, 350))
    assert of(sky).sharpness > LIMITS.sharpness


def test_darkness_and_emptiness_are_told_apart() -> None:
    night = of(scene().point(lambda value: value // 12))
    assert night.brightness < LIMITS.brightness
    assert night.dark_share > 0.7
    finger = of(Image.new("RGB", (800, 600), (120, 60, 50)))
    assert finger.contrast < LIMITS.contrast
    assert finger.brightness > LIMITS.brightness
    assert of(Image.new("RGB", (800, 600), "white")).blown_share == pytest.approx(1.0)
