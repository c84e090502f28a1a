"""ORB points of a picture, as bytes to keep, and what two such sets say: one picture twice, or one scene from two
places."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

COUNT = 600
_MAGIC = b"ORB1"
_RATIO = 0.8  # Lowe's test: the best match must be this much better than the second
_NEAR_PX = 3.0
_MOST_SCALED = 5.0  # beyond it many points "agree" on one spot, as letters do that are all alike
_LEAST = 8
# Every fourth point is asked first: of a copy at least 24 of 100 find a partner, of 95 in 100 other pairs at most 6.
_SAMPLE = 4
_LEAST_OF_SAMPLE = 0.12
_SAMPLED_FROM = 200

# A picture's sketch: so many of its points, spread over all sizes. One that is so near to a point of another picture is
# a reason to compare the two. What that finds and what it costs stands in docs/verification.md.
SKETCHED = 24
_SKETCH_BITS = 32
_WORD = 32  # bytes of a point's descriptor
_AT_A_TIME = 2_000  # sketches

Points = tuple[NDArray[np.float32], NDArray[np.uint8]]


_NONE: Points = (np.zeros((0, 2), np.float32), np.zeros((0, 32), np.uint8))


@dataclass(frozen=True, slots=True)
class Features:
    """The points as they are, and as they would be in a mirror, which ORB does not see through by itself."""

    plain: Points
    mirrored: Points

    @property
    def count(self) -> int:
        return len(self.plain[0])


@dataclass(frozen=True, slots=True)
class Likeness:
    matches: int
    copy_inliers: int  # explained by one shift, turn and scaling
    copy_share: float  # of the matches
    mirrored: bool
    spread_px: float | None  # how far those lie from where it puts them, root mean square; None where nothing fits


@cache
def _orb() -> Any:
    # A lower threshold than usual: fog, snow and plain walls have points too.
    return cv2.ORB.create(nfeatures=COUNT, fastThreshold=12)


def features(grey: NDArray[np.uint8]) -> Features:
    keypoints, words = _orb().detectAndCompute(grey, None)
    if words is None:
        return Features(plain=_NONE, mirrored=_NONE)
    # The same corners stand in the mirror, only the other way round: finding them again would cost as much again.
    width = grey.shape[1]
    turned = [
        cv2.KeyPoint(
            width - 1 - each.pt[0], each.pt[1], each.size, (180 - each.angle) % 360, each.response, each.octave
        )
        for each in keypoints
    ]
    kept, mirrored_words = _orb().compute(np.ascontiguousarray(grey[:, ::-1]), turned)
    return Features(plain=(_places(keypoints), words), mirrored=(_places(kept), mirrored_words))


def copied(ours: Features, theirs: Features) -> Likeness:
    """Is one a changed copy of the other? The better of plain and mirrored."""
    plain = _likeness(ours.plain, theirs.plain, mirrored=False)
    mirrored = _likeness(ours.mirrored, theirs.plain, mirrored=True)
    return max(plain, mirrored, key=lambda each: each.copy_inliers)


def scene_inliers(ours: Features, theirs: Features) -> int:
    """How many points fit one rigid scene seen by two cameras (a fundamental matrix)."""
    one, other = _matched(ours.plain, theirs.plain)
    if len(one) < _LEAST:
        return 0
    # OpenCV's types do not say that where nothing fits it answers None twice.
    found: Any = cv2.findFundamentalMat(one, other, cv2.FM_RANSAC, _NEAR_PX, 0.999)
    matrix, mask = found
    return 0 if matrix is None or mask is None else int(mask.sum())


def sketch(found: Features) -> bytes:
    """Descriptors of a few points, as bytes to keep beside the picture: what many are asked by at once."""
    words = found.plain[1]
    some = np.linspace(0, len(words) - 1, min(SKETCHED, len(words))).astype(int)
    return bytes(words[some].tobytes())


def akin(ours: Features, sketches: Sequence[bytes]) -> list[int]:
    """Which of these have points in common with ours, or with ours in a mirror: their numbers, the likest first."""
    scores = np.zeros(len(sketches), np.int64)
    for start in range(0, len(sketches) if ours.count else 0, _AT_A_TIME):
        some = sketches[start : start + _AT_A_TIME]
        words = np.frombuffer(b"".join(some), np.uint8).reshape(-1, _WORD)
        if len(words):
            owners = np.repeat(np.arange(len(some)), [len(each) // _WORD for each in some])
            shared = [
                np.bincount(owners[_nearest_bits(words, own) <= _SKETCH_BITS], minlength=len(some))
                for _, own in (ours.plain, ours.mirrored)
            ]
            scores[start : start + len(some)] = np.maximum(*shared)
    # A stable order: of two that are as like, the one that came first in the list.
    return [int(each) for each in np.argsort(-scores, kind="stable") if scores[each] > 0]


def _nearest_bits(words: NDArray[np.uint8], ours: NDArray[np.uint8]) -> NDArray[np.int32]:
    bits, _ = cv2.batchDistance(words, ours, cv2.CV_32S, normType=cv2.NORM_HAMMING, K=1)
    return np.asarray(bits[:, 0], dtype=np.int32)


def packed(found: Features) -> bytes:
    """Bytes to store by their hash: points and descriptors, plain then mirrored."""
    parts = [_MAGIC]
    for places, words in (found.plain, found.mirrored):
        parts += [struct.pack("<I", len(places)), places.astype("<f4").tobytes(), words.tobytes()]
    return b"".join(parts)


def unpacked(stored: bytes) -> Features:
    if stored[:4] != _MAGIC:
        raise ValueError("these are no stored points")
    at, sets = 4, []
    for _ in range(2):
        (count,) = struct.unpack_from("<I", stored, at)
        places = np.frombuffer(stored, "<f4", count * 2, at + 4).reshape(count, 2).astype(np.float32)
        words = np.frombuffer(stored, np.uint8, count * 32, at + 4 + count * 8).reshape(count, 32)
        sets.append((places, words))
        at += 4 + count * 40
    return Features(plain=sets[0], mirrored=sets[1])


def _places(keypoints: Any) -> NDArray[np.float32]:
    return np.array([each.pt for each in keypoints], np.float32).reshape(-1, 2)


def _matched(ours: Points, theirs: Points) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    if len(ours[1]) < _LEAST or len(theirs[1]) < _LEAST:
        return ours[0][:0], theirs[0][:0]
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(ours[1], theirs[1], k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < _RATIO * pair[1].distance]
    return ours[0][[each.queryIdx for each in good]], theirs[0][[each.trainIdx for each in good]]


def _unlike(ours: Points, theirs: Points) -> bool:
    """Known from a quarter of the points, at a quarter of the price: most pictures are."""
    places, words = ours
    if len(places) < _SAMPLED_FROM:
        return False
    some = places[::_SAMPLE], words[::_SAMPLE]
    return len(_matched(some, theirs)[0]) < _LEAST_OF_SAMPLE * len(some[0])


def _likeness(ours: Points, theirs: Points, *, mirrored: bool) -> Likeness:
    if _unlike(ours, theirs):
        return Likeness(0, 0, 0.0, mirrored, None)
    one, other = _matched(ours, theirs)
    nothing = Likeness(len(one), 0, 0.0, mirrored, None)
    if len(one) < _LEAST:
        return nothing
    found: Any = cv2.estimateAffinePartial2D(one, other, method=cv2.RANSAC, ransacReprojThreshold=_NEAR_PX)
    movement, mask = found  # None where nothing fits, whatever OpenCV's types say
    if movement is None or not 1 / _MOST_SCALED < np.hypot(movement[0, 0], movement[1, 0]) < _MOST_SCALED:
        return nothing
    inside = mask.ravel() > 0
    off = one[inside] @ movement[:, :2].T + movement[:, 2] - other[inside]
    inliers = int(inside.sum())
    spread = float(np.sqrt((off**2).sum(axis=1).mean()))
    return Likeness(len(one), inliers, round(inliers / len(one), 4), mirrored, round(spread, 2))
