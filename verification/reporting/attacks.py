"""What people do to a picture to hand it in twice. Each attack makes the same file every time it is asked to."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageDraw

Change = Callable[[Image.Image], bytes]

QUALITY = 85
_SOI = 2  # a JPEG's first marker; further ones may follow it


@dataclass(frozen=True, slots=True)
class Attack:
    name: str
    change: Change
    everywhere: bool  # asked to be found whoever handed in the first, wherever
    crop: float = 0.0  # the share of the picture that goes


def saved(picture: Image.Image, quality: int = QUALITY) -> bytes:
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()


def _relabelled(picture: Image.Image) -> bytes:
    """Other metadata, and not a pixel changed: an EXIF block and a comment put in behind the file's first marker."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x0132] = "Another maker", "Another model", "2030:01:01 00:00:00"
    data, block = saved(picture), exif.tobytes()
    comment = b"taken just now"
    parts = [b"\xff\xe1", (len(block) + 2).to_bytes(2), block, b"\xff\xfe", (len(comment) + 2).to_bytes(2), comment]
    return data[:_SOI] + b"".join(parts) + data[_SOI:]


def _resized(share: float) -> Change:
    def resize(picture: Image.Image) -> bytes:
        size = (round(picture.width * share), round(picture.height * share))
        return saved(picture.resize(size, Image.Resampling.LANCZOS))

    return resize


def cropped(share: float) -> Change:
    """`share` of the area goes, from a corner that is another one for each picture."""

    def crop(picture: Image.Image) -> bytes:
        keep = (1 - share) ** 0.5
        wide, high = int(picture.width * keep), int(picture.height * keep)
        dice = hashlib.sha256(picture.resize((16, 16)).tobytes()).digest()
        left = round((picture.width - wide) * dice[0] / 255)
        top = round((picture.height - high) * dice[1] / 255)
        return saved(picture.crop((left, top, left + wide, top + high)))

    return crop


def _captioned(picture: Image.Image) -> bytes:
    copy, high = picture.copy(), picture.height // 12
    draw = ImageDraw.Draw(copy)
    draw.rectangle((0, copy.height - high, copy.width, copy.height), fill="black")
    draw.text((20, copy.height - high + 5), "seen today, all quiet", fill="white", font_size=max(12, high // 2))
    return saved(copy)


def _framed(picture: Image.Image) -> bytes:
    """As a phone's screenshot shows it: bars above and below, with a clock and buttons."""
    bar = int(picture.height * 0.15)
    screen = Image.new("RGB", (picture.width, picture.height + 2 * bar), "black")
    screen.paste(picture, (0, bar))
    draw = ImageDraw.Draw(screen)
    draw.text((20, bar // 3), "12:41", fill="white", font_size=max(12, bar // 3))
    for number in range(3):
        x = (number * 2 + 1) * picture.width // 6
        draw.ellipse(
            (x - bar // 4, screen.height - bar // 2 - bar // 4, x + bar // 4, screen.height - bar // 4), "white"
        )
    return saved(screen)


CROPS = (0.05, 0.10, 0.15, 0.20)

ATTACKS = (
    Attack("metadata edited", _relabelled, everywhere=True),
    Attack("recompressed, quality 60", lambda each: saved(each, 60), everywhere=True),
    Attack("recompressed, quality 30", lambda each: saved(each, 30), everywhere=True),
    Attack("resized to 50 %", _resized(0.5), everywhere=True),
    Attack("resized to 25 %", _resized(0.25), everywhere=True),
    Attack("caption", _captioned, everywhere=True),
    Attack("mirrored", lambda each: saved(each.transpose(Image.Transpose.FLIP_LEFT_RIGHT)), everywhere=True),
    Attack("turned by 90 degrees", lambda each: saved(each.transpose(Image.Transpose.ROTATE_90)), everywhere=False),
    Attack("turned by 5 degrees", lambda each: saved(each.rotate(5, Image.Resampling.BICUBIC)), everywhere=False),
    Attack("screenshot's frame", _framed, everywhere=False),
    *(Attack(f"cropped by {share:.0%}", cropped(share), everywhere=False, crop=share) for share in CROPS),
)
