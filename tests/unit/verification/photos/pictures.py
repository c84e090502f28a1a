"""Pictures drawn for the tests, the same ones every time; and where the real ones stand, if they do."""

import io
import os
import random
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFilter

_ROOT = Path(__file__).parents[4]
CORPUS = Path(os.environ.get("SIGHTLINE_CORPUS", _ROOT.parent / "shared" / "corpus"))
needs_corpus = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the folder of real pictures is not here: name it in SIGHTLINE_CORPUS"
)


def scene(seed: int = 1, size: tuple[int, int] = (1200, 900)) -> Image.Image:
    """A town made of boxes: edges, corners and flat parts, none of them twice."""
    dice = random.Random(seed)
    picture = Image.new("RGB", size, tuple(dice.randrange(90, 200) for _ in range(3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(160):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        wide, high = dice.randrange(10, size[0] // 5), dice.randrange(10, size[1] // 5)
        colour = tuple(dice.randrange(256) for _ in range(3))
        shape = dice.choice((draw.rectangle, draw.ellipse))
        shape((x, y, x + wide, y + high), fill=colour, outline=tuple(255 - each for each in colour))
    return picture.filter(ImageFilter.GaussianBlur(0.7))


def encoded(picture: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    target = io.BytesIO()
    picture.save(target, kind, **options)
    return target.getvalue()


def decoded(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))
