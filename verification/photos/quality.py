"""Blur and darkness of the measuring copy, in numbers; what is too blurred is the check's to say."""

import cv2
import numpy as np
from numpy.typing import NDArray

from verification.photos.facts import QualityFacts

_DARK = 16
_BLOWN = 250


def quality(grey: NDArray[np.uint8]) -> QualityFacts:
    edges = cv2.Laplacian(grey, cv2.CV_32F)
    # A sharp sign before an empty sky is a sharp picture: the best ninth counts, not the mean of all.
    ninths = [part for band in np.array_split(edges, 3, axis=0) for part in np.array_split(band, 3, axis=1)]
    return QualityFacts(
        sharpness=round(max(float(part.var()) for part in ninths), 2),
        brightness=round(float(grey.mean()), 2),
        contrast=round(float(grey.std()), 2),
        dark_share=round(float((grey < _DARK).mean()), 4),
        blown_share=round(float((grey > _BLOWN).mean()), 4),
    )
