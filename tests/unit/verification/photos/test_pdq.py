import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.unit.verification.photos.pictures import scene
from verification.photos.pdq import FORMS, distance, nearest, packed, pdq

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "pdq.json").read_text())["pictures"]


def drawn(name: str, width: int, height: int) -> NDArray[Any]:
    y, x = np.mgrid[0:height, 0:width].astype(np.int64)
    pattern: NDArray[np.int64] = {
        "hills": (x * x // 37 + y * y // 53 + x * y // 29) // 16 % 256,
        "bars": ((x // 17) * 61 + (y // 23) * 97) % 256,
        "slope": (x * 255 // (width - 1) + y * 255 // (height - 1)) // 2,
    }[name]
    return pattern.astype(np.uint8)


@pytest.mark.parametrize("vector", VECTORS, ids=lambda each: f"{each['picture']} {each['width']}x{each['height']}")
def test_it_answers_what_the_reference_answers(vector: dict[str, Any]) -> None:
    hashes, quality = pdq(drawn(vector["picture"], vector["width"], vector["height"]))
    assert quality == vector["quality"]
    if quality >= 50:
        assert {form: distance(hashes[form], vector["hashes"][form]) for form in FORMS} == dict.fromkeys(FORMS, 0)


@pytest.mark.parametrize(
    ("form", "method"),
    [
        ("mirrored", Image.Transpose.FLIP_LEFT_RIGHT),
        ("upside_down", Image.Transpose.FLIP_TOP_BOTTOM),
        ("turned_180", Image.Transpose.ROTATE_180),
        ("transposed", Image.Transpose.TRANSPOSE),
        ("turned_90", Image.Transpose.ROTATE_270),
        ("turned_270", Image.Transpose.ROTATE_90),
        ("transversed", Image.Transpose.TRANSVERSE),
    ],
)
def test_each_form_is_the_hash_of_the_picture_so_turned(form: str, method: Image.Transpose) -> None:
    picture = scene(5, (640, 512)).convert("L")
    forms, _ = pdq(np.asarray(picture))
    turned, _ = pdq(np.asarray(picture.transpose(method)))
    # Not zero: the paper's windows of even length lean to one side.
    assert distance(forms[form], turned["original"]) <= 20
    assert distance(forms["original"], turned["original"]) > 60


def test_an_empty_picture_has_no_quality() -> None:
    assert pdq(np.full((300, 400), 127, np.uint8))[1] == 0


def test_the_search_finds_exactly_what_lies_within() -> None:
    dice = np.random.default_rng(3)
    stored = dice.integers(0, 2**64, (5000, 4), dtype=np.uint64)
    wanted = stored[[17]].copy()
    for row, bits in ((100, 5), (200, 31), (300, 32)):
        stored[row] = wanted[0]
        stored[row, 0] ^= np.uint64(2**bits - 1)
    found = nearest(stored, np.vstack([dice.integers(0, 2**64, (1, 4), dtype=np.uint64), wanted]), within=31)
    assert found == [(17, 1, 0), (100, 1, 5), (200, 1, 31)]


def test_packing_keeps_every_bit() -> None:
    one, other = "0f" * 32, "8" + "0" * 63
    rows = packed([one, other])
    assert rows.shape == (2, 4)
    assert int(np.bitwise_count(rows[0] ^ rows[1]).sum()) == distance(one, other)
