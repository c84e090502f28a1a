"""Blur and darkness of the measuring copy, in numbers; what is too blurred is the check's to say."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from verification.photos.facts import QualityFacts

_DARK = 16
_BLOWN = 250


def quality(grey: NDArray[np.uint8]) -> QualityFacts:
    edges = cv2.Laplacian(grey, cv2.CV_16S)
    # A sharp sign before an empty sky is a sharp picture: the best ninth counts, not the mean of all.
    ninths = [part for band in np.array_split(edges, 3, axis=0) for part in np.array_split(band, 3, axis=1)]
    # Of 256 values counted once, instead of every pixel once for each number.
    shares = cv2.calcHist([grey], [0], None, [256], [0, 256]).ravel().astype(np.float64) / grey.size
    values = np.arange(256)
    brightness = float(shares @ values)
    return QualityFacts(
        sharpness=round(max(_variance(part) for part in ninths), 2),
        brightness=round(brightness, 2),
        contrast=round(float(np.sqrt(shares @ (values - brightness) ** 2)), 2),
        dark_share=round(float(shares[:_DARK].sum()), 4),
        blown_share=round(float(shares[_BLOWN + 1 :].sum()), 4),
    )


def _variance(part: NDArray[Any]) -> float:
    _, deviation = cv2.meanStdDev(part)
    return float(deviation[0, 0]) ** 2
