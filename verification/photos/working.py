"""Decoding, and the two copies everything else works on: a small grey one to measure, a clean one to show.

Meant to run inside the decoding child (`darkroom.py`): what comes in is hostile. Whatever leaves carries no metadata.
"""

import io
from typing import Final

import cv2
import numpy as np
import pi_heif  # type: ignore[import-untyped]
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from verification.photos.formats import BrokenPicture, Data, RefusedPicture, stream

SIDE: Final = 640  # of the grey copy: enough for hash, points and sharpness, a fraction of the decode

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "HEIF", "AVIF")
# Made small before their colours are changed: every full-size step takes as much memory again as decoding did.
_SHRUNK_FIRST: Final = ("L", "RGB", "RGBA", "CMYK")
_SRGB: Final = ImageCms.createProfile("sRGB")

pi_heif.register_heif_opener()


def opened(data: Data) -> Image.Image:
    """The file as Pillow sees it, nothing decoded yet; of a file with several pictures, the first.

    Only for what `formats.inspect` has let through.
    """
    try:
        picture = Image.open(stream(data), formats=_FORMATS)
    except (OSError, ValueError, SyntaxError) as error:
        raise BrokenPicture("The file cannot be read as the picture it claims to be.") from error
    return picture


def grey(picture: Image.Image) -> NDArray[np.uint8]:
    """The measuring copy: grey, upright, `SIDE` long. A JPEG is decoded at the least scale that reaches it."""
    picture.draft("L", (SIDE, SIDE))
    small = _decoded(picture)
    if small.mode != "L":
        small = _rgb(small).convert("L")
    ImageOps.exif_transpose(small, in_place=True)
    scale = SIDE / max(small.size)
    size = (max(1, round(small.width * scale)), max(1, round(small.height * scale)))
    # Small pictures are enlarged as well: points are found at comparable sizes only.
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(np.asarray(small, dtype=np.uint8), size, interpolation=how), dtype=np.uint8)


def clean(picture: Image.Image, *, longest: int) -> Image.Image:
    """The showing copy: upright, sRGB, no longer than asked, and new: it carries nothing of what came with the file."""
    # Both sides must be asked for in proportion: a decoder goes no smaller than the side that is asked for too large.
    share = min(1.0, longest / max(picture.size))
    picture.draft("RGB", (int(picture.width * share), int(picture.height * share)))
    profile = picture.info.get("icc_profile")
    upright = _decoded(picture)
    ImageOps.exif_transpose(upright, in_place=True)
    if upright.mode in _SHRUNK_FIRST:
        upright.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    shown = _in_srgb(upright, profile)
    shown.thumbnail((longest, longest), Image.Resampling.LANCZOS, reducing_gap=2.0)
    bare = Image.new("RGB", shown.size)
    bare.paste(shown)
    return bare


def as_jpeg(picture: Image.Image, *, quality: int) -> bytes:
    """The comment is emptied by name: Pillow writes one that it finds in `info`, whatever else is left out."""
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality, optimize=True, exif=b"", comment=b"", icc_profile=None)
    return target.getvalue()


def _decoded(picture: Image.Image) -> Image.Image:
    try:
        picture.load()
    except RefusedPicture:
        raise
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        raise BrokenPicture("The picture is cut off or damaged.") from error
    return picture


def _rgb(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # sixteen bits a sample: Pillow would clip instead of scaling
        samples = np.asarray(picture, dtype=np.float64) / 257.0
        return Image.fromarray(np.clip(samples, 0, 255).astype(np.uint8), "L").convert("RGB")
    if picture.has_transparency_data:
        # What shines through is white, so that nothing hides in colours nobody sees.
        below = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(below, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    if not isinstance(profile, bytes) or picture.mode not in ("RGB", "L", "CMYK"):
        return _rgb(picture)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(picture, source, _SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return _rgb(picture)  # a profile that makes no sense is as good as none
    return converted if converted is not None else _rgb(picture)
