"""The PDQ hash of a picture, in its eight dihedral forms, and how far two hashes are apart.

Written from the published algorithm (Meta, "The TMK+PDQF Video-Hashing Algorithm and the PDQ Image-Hashing Algorithm",
2019) because its bindings come without wheels for the Pythons we run on. `tests/vectors/pdq.json` holds what the
reference implementation answers.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

BITS = 256
_BLOCK = 64
_KEPT = 16
# Row k of a type II cosine transform, without its first, constant row.
_COSINES = np.sqrt(2.0 / _BLOCK) * np.cos(
    np.pi / (2 * _BLOCK) * np.outer(np.arange(1, _KEPT + 1), 2 * np.arange(_BLOCK) + 1)
)
# Mirroring a picture changes the sign of its odd frequencies and nothing else.
_ODD = np.where(np.arange(1, _KEPT + 1) % 2 == 1, -1.0, 1.0)

# A form is what was done to the picture; turns are clockwise.
FORMS = (
    "original",
    "mirrored",
    "upside_down",
    "turned_180",
    "transposed",
    "turned_90",
    "turned_270",
    "transversed",
)


def pdq(grey: Grey) -> tuple[dict[str, str], int]:
    """The hash of each form as 64 hex digits, and a quality from 0 (nothing there) to 100."""
    small = _decimated(grey)
    waves = _COSINES @ small @ _COSINES.T
    hashes = {}
    for form, (swapped, across, down) in zip(FORMS, _SIGNS, strict=True):
        turned = (waves.T if swapped else waves) * np.outer(down, across)
        hashes[form] = _hex(turned)
    return hashes, _quality(small)


_PLAIN = np.ones(_KEPT)
_SIGNS = tuple(
    (swapped, across, down) for swapped in (False, True) for down in (_PLAIN, _ODD) for across in (_PLAIN, _ODD)
)


def distance(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def packed(hashes: list[str]) -> NDArray[np.uint64]:
    """Hashes as rows of four words, for `nearest`."""
    return np.frombuffer(bytes.fromhex("".join(hashes)), dtype=">u8").astype(np.uint64).reshape(-1, 4)


def nearest(stored: NDArray[np.uint64], forms: NDArray[np.uint64], *, within: int) -> list[tuple[int, int, int]]:
    """(row, form, bits) of everything stored within the distance of any form, nearest first: exact, by looking at each.

    A million rows take tens of milliseconds for all eight forms and 32 MB. From about ten million on an index pays:
    multi-index hashing over sixteen words of sixteen bits, which stays exact (48 bits over sixteen words leave one word
    with at most three); an approximate vector index would not.
    """
    found = []
    for number, form in enumerate(forms):
        # At most `within` bits in all four words means at most as many in the first two, and almost nothing has that.
        first = np.bitwise_count(stored[:, 0] ^ form[0]) + np.bitwise_count(stored[:, 1] ^ form[1])
        rows = np.flatnonzero(first <= within)
        bits = np.bitwise_count(stored[rows] ^ form).sum(axis=1)
        found += [(int(row), number, int(each)) for row, each in zip(rows, bits, strict=True) if each <= within]
    return sorted(found, key=lambda each: each[2])


def _decimated(grey: Grey) -> NDArray[np.float64]:
    """64 x 64 samples of the picture, smoothed twice by a window of half a block (the tent filter of the paper)."""
    rows, columns = grey.shape
    high, wide = _window(rows), _window(columns)
    down, across = _counts(rows, high)[:, None], _counts(columns, wide)
    anchor = (_before(wide), _before(high))
    smooth: Any = grey
    for _ in range(2):
        smooth = cv2.boxFilter(
            smooth, cv2.CV_32F, (wide, high), anchor=anchor, normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        # The window is cut off at the edges, and there the mean is of what is left.
        smooth /= down
        smooth /= across
    steps = np.arange(_BLOCK) + 0.5
    picked: NDArray[np.float64] = smooth[
        np.ix_((steps * rows / _BLOCK).astype(int), (steps * columns / _BLOCK).astype(int))
    ].astype(np.float64)
    return picked


def _window(size: int) -> int:
    return (size + 2 * _BLOCK - 1) // (2 * _BLOCK)


def _before(window: int) -> int:
    return window - (window + 2) // 2


def _counts(size: int, window: int) -> NDArray[np.float32]:
    before = _before(window)
    at = np.arange(size)
    return (np.minimum(at + window - before, size) - np.maximum(at - before, 0)).astype(np.float32)


def _quality(small: NDArray[np.float64]) -> int:
    """How much structure there is: the sum of all steps between neighbours, as the reference scales and cuts it."""
    steps = sum(int(np.sum(np.abs(np.trunc(np.diff(small, axis=axis) * 100 / 255)))) for axis in (0, 1))
    return min(steps // 90, 100)


def _hex(waves: NDArray[np.float64]) -> str:
    flat = waves.ravel()
    middle = np.partition(flat, BITS // 2 - 1)[BITS // 2 - 1]  # the lower of the two middle values
    return np.packbits(flat[::-1] > middle).tobytes().hex()
