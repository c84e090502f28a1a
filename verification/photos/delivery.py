"""What the buyer gets: upright, sRGB, no metadata, faces and number plates blurred, and a preview of at most 512 px.

The detectors look at a small copy, and what they find is blurred beyond undoing. They miss some: the result says how
many regions were found and by what, and never that all were.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from verification.photos.formats import Data, inspect
from verification.photos.handed_over import SHOWN, Delivery, Redaction
from verification.photos.working import as_jpeg, clean, opened

PREVIEW = 512
_LOOK = 800  # a face some ten metres away has 20 pixels here; every step larger costs the square of it
_GROW = 0.15
_BLOCKS = 6  # a face of six by six squares is nobody's

Region = tuple[int, int, int, int]  # left, top, width, height


@dataclass(frozen=True)
class _Cascade:
    name: str
    file: str
    neighbours: int
    mirror: bool = False  # trained on one side only


_CASCADES = (
    _Cascade("face_frontal", "haarcascade_frontalface_default.xml", 3),
    _Cascade("face_profile", "haarcascade_profileface.xml", 3, mirror=True),
    _Cascade("plate", "haarcascade_russian_plate_number.xml", 3),
)


def deliver(data: Data, *, blur: bool = True, face_model: str = "") -> Delivery:
    """`face_model` names a YuNet file; it finds more faces than the cascades, which then look for plates only."""
    inspect(data)
    shown = clean(opened(data), longest=SHOWN)
    redactions: tuple[Redaction, ...] = ()
    if blur:
        pixels = np.array(shown)
        found = regions(pixels, face_model=face_model)
        for each in found.values():
            for region in each:
                _hide(pixels, region)
        redactions = tuple(Redaction(name, len(each)) for name, each in found.items())
        shown = Image.fromarray(pixels)
    small = shown.copy()
    small.thumbnail((PREVIEW, PREVIEW), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return Delivery(
        media=as_jpeg(shown, quality=88),
        preview=as_jpeg(small, quality=80),
        width=shown.width,
        height=shown.height,
        redactions=redactions,
    )


def regions(pixels: NDArray[np.uint8], *, face_model: str = "") -> dict[str, list[Region]]:
    """What each detector finds, in the pixels of the picture that was given."""
    height, width = pixels.shape[:2]
    scale = min(1.0, _LOOK / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    grey = cv2.equalizeHist(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY))
    found = {}
    if face_model:
        found[f"face_model:{Path(face_model).name}"] = _by_model(small, face_model)
    for cascade in _CASCADES:
        if not (face_model and cascade.name.startswith("face")):
            found[cascade.name] = _by_cascade(grey, cascade)
    return {name: [_grown(each, scale, width, height) for each in boxes] for name, boxes in found.items()}


@cache
def _classifier(file: str) -> cv2.CascadeClassifier:
    classifier = cv2.CascadeClassifier(str(Path(cv2.__file__).parent / "data" / file))
    if classifier.empty():
        raise FileNotFoundError(f"OpenCV came without {file}")
    return classifier


def _by_cascade(grey: NDArray[Any], cascade: _Cascade) -> list[Region]:
    def look(picture: NDArray[Any]) -> list[Region]:
        boxes = _classifier(cascade.file).detectMultiScale(
            picture, scaleFactor=1.2, minNeighbors=cascade.neighbours, minSize=(20, 20)
        )
        return [(int(x), int(y), int(w), int(h)) for x, y, w, h in boxes]

    found = look(grey)
    if cascade.mirror:
        width = grey.shape[1]
        found += [(width - x - w, y, w, h) for x, y, w, h in look(np.ascontiguousarray(grey[:, ::-1]))]
    return found


@cache
def read_model(face_model: str) -> NDArray[np.uint8]:
    """Read apart from its use, because whoever looks at a stranger's picture can open no file."""
    return np.frombuffer(Path(face_model).read_bytes(), np.uint8)


def _by_model(small: NDArray[Any], face_model: str) -> list[Region]:
    height, width = small.shape[:2]
    nothing = np.zeros(0, np.uint8)
    detector = cv2.FaceDetectorYN.create("onnx", read_model(face_model), nothing, (width, height), score_threshold=0.6)
    found: tuple[int, NDArray[Any] | None] = detector.detect(cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
    faces = found[1]  # None where there are none
    return [] if faces is None else [(int(f[0]), int(f[1]), int(f[2]), int(f[3])) for f in faces]


def _grown(box: Region, scale: float, width: int, height: int) -> Region:
    """Back to the full picture, and a little larger: a chin and a hairline recognise people too."""
    left, top, wide, high = (each / scale for each in box)
    x, y = max(0, int(left - wide * _GROW)), max(0, int(top - high * _GROW))
    return x, y, min(width, int(left + wide * (1 + _GROW))) - x, min(height, int(top + high * (1 + _GROW))) - y


def _hide(pixels: NDArray[np.uint8], region: Region) -> None:
    x, y, wide, high = region
    if wide < 1 or high < 1:
        return
    part = pixels[y : y + high, x : x + wide]
    # Averages of few squares, then smoothed: what is not in the averages can be got back by nobody.
    squares = cv2.resize(part, (min(_BLOCKS, wide), min(_BLOCKS, high)), interpolation=cv2.INTER_AREA)
    pixels[y : y + high, x : x + wide] = cv2.resize(squares, (wide, high), interpolation=cv2.INTER_LINEAR)
