"""A street to photograph, drawn: boards at several depths, seen by a pinhole camera that stands somewhere.

The street belongs to a bounty and stays the same; where the camera stands, the light and the grain belong to a capture.
So two captures of one street are two pictures of one scene, with the parallax that a flat picture cannot have: what
tells another view from a copy is truly there. Everything follows from the seeds: drawn again, it is the same file.
"""

import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageChops, ImageDraw, ImageFilter, ImageFont

SIZE: Final = (1280, 960)
_FOCAL_PX: Final = 1050.0
_PX_PER_M: Final = 60
_EYES_M: Final = 1.6
VIEWS: Final = 10  # as many pictures as one capture may have
_GRAIN: Final = 3.0
_BLUR_PX: Final = 18.0
_QUALITY: Final = 84

Colour = tuple[int, int, int]
Corner = tuple[float, float, float]  # metres: to the right, up, ahead
Draughtsman = Callable[[random.Random, tuple[int, int]], Image.Image]


@dataclass(frozen=True)
class Board:
    """A flat thing with a picture on it; corners from the upper left one clockwise."""

    corners: tuple[Corner, Corner, Corner, Corner]
    front: Image.Image  # with transparency

    @property
    def depth(self) -> float:
        return sum(corner[2] for corner in self.corners) / 4


@dataclass(frozen=True)
class View:
    """Where the camera is (metres from the middle of the street's near end), where it looks, and by what light."""

    right: float
    up: float
    back: float
    yaw: float
    pitch: float
    light: float
    grain_seed: int


def street(seed: str) -> tuple[Board, ...]:
    """Back to front."""
    dice = random.Random(seed)  # noqa: S311 - a drawing, no secret
    boards = [_ground(dice)]
    left = -16.0
    while left < 16.0:
        width, depth = dice.uniform(2.6, 4.4), dice.uniform(9.0, 26.0)
        stretch = depth / 15
        boards.append(_upright(dice, _house, left * stretch, depth, width * stretch * 1.15, dice.uniform(6, 11)))
        left += width
    for place in range(-3, 4):
        depth = dice.uniform(5.0, 9.5)
        make = dice.choice((_stall, _hedge, _poster))
        across = place * 1.6 + dice.uniform(-0.5, 0.5)
        boards.append(_upright(dice, make, across * depth / 6, depth, dice.uniform(0.9, 1.7), dice.uniform(0.9, 2.4)))
    return tuple(sorted(boards, key=lambda board: -board.depth))


def view(seed: str, *, number: int) -> View:
    """Each of `VIEWS` numbers stands somewhere else, more than a step from its neighbours."""
    if not 0 <= number < VIEWS:
        raise ValueError(f"there is no view {number} of this street")
    dice = random.Random(f"{seed} {number}")  # noqa: S311 - a drawing, no secret
    side = 1 if number % 2 else -1
    return View(
        right=side * (0.7 + 1.5 * (number // 2)) + dice.uniform(-0.15, 0.15),
        up=_EYES_M + dice.uniform(-0.15, 0.25),
        back=2.2 * (number // 2 % 2) + dice.uniform(0.0, 0.6),
        yaw=-side * math.radians(2.5 + 3.5 * (number // 2)) + math.radians(dice.uniform(-1, 1)),
        pitch=math.radians(dice.uniform(-1.5, 3.0)),
        light=dice.uniform(0.86, 1.1),
        grain_seed=dice.getrandbits(32),
    )


def picture(boards: tuple[Board, ...], seen_from: View, *, code: str = "", blurred: bool = False) -> Image.Image:
    shown = _sky(seen_from)
    for board in boards:
        _put(shown, board, seen_from)
    if code:
        _hold_up(shown, code)
    flat = shown.convert("RGB").point(lambda value: min(255, round(value * seen_from.light)))
    if blurred:
        return flat.filter(ImageFilter.GaussianBlur(_BLUR_PX))
    return _grained(flat, seen_from)


def as_file(shown: Image.Image, *, taken_at: datetime) -> bytes:
    """A JPEG as a phone writes it: with the time, and by whom, which here is said openly."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Sightline"
    exif[ExifTags.Base.Model] = "simulated scout"
    details = exif.get_ifd(ExifTags.IFD.Exif)
    details[ExifTags.Base.DateTimeOriginal] = taken_at.astimezone(UTC).strftime("%Y:%m:%d %H:%M:%S")
    details[ExifTags.Base.OffsetTimeOriginal] = "+00:00"
    target = io.BytesIO()
    shown.save(target, "JPEG", quality=_QUALITY, exif=exif)
    return target.getvalue()


# --- the camera -----------------------------------------------------------------------------------------------------


def _put(shown: Image.Image, board: Board, seen_from: View) -> None:
    corners = [_project(corner, seen_from) for corner in board.corners]
    wide, high = board.front.size
    source = [(0.0, 0.0), (float(wide), 0.0), (float(wide), float(high)), (0.0, float(high))]
    left, top = max(0, math.floor(min(x for x, _ in corners))), max(0, math.floor(min(y for _, y in corners)))
    right, bottom = (min(SIZE[axis], math.ceil(max(corner[axis] for corner in corners))) for axis in (0, 1))
    if right - left < 2 or bottom - top < 2:
        return  # out of the picture
    moved = [(x - left, y - top) for x, y in corners]
    seen = board.front.transform(
        (right - left, bottom - top),
        Image.Transform.PERSPECTIVE,
        _coefficients(moved, source),
        Image.Resampling.BICUBIC,
    )
    shown.alpha_composite(seen, (left, top))


def _project(corner: Corner, seen_from: View) -> tuple[float, float]:
    x, y, z = corner[0] - seen_from.right, corner[1] - seen_from.up, corner[2] + seen_from.back
    x, z = (
        x * math.cos(seen_from.yaw) - z * math.sin(seen_from.yaw),
        x * math.sin(seen_from.yaw) + z * math.cos(seen_from.yaw),
    )
    y, z = (
        y * math.cos(seen_from.pitch) - z * math.sin(seen_from.pitch),
        y * math.sin(seen_from.pitch) + z * math.cos(seen_from.pitch),
    )
    return SIZE[0] / 2 + _FOCAL_PX * x / z, SIZE[1] * 0.56 - _FOCAL_PX * y / z


def _coefficients(shown: list[tuple[float, float]], source: list[tuple[float, float]]) -> list[float]:
    """Of the perspective that leads from each place shown to where its colour comes from, as Pillow takes it."""
    rows, values = [], []
    for (x, y), (u, v) in zip(shown, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(each) for each in np.linalg.solve(np.array(rows, float), np.array(values, float))]


def _grained(flat: Image.Image, seen_from: View) -> Image.Image:
    """What a sensor adds; without it a drawing is smoother than any photo."""
    noise = np.random.default_rng(seen_from.grain_seed).normal(0.0, _GRAIN, (SIZE[1], SIZE[0], 1))
    soft = flat.filter(ImageFilter.GaussianBlur(0.6))
    grained: NDArray[np.uint8] = np.clip(np.asarray(soft, float) + noise, 0, 255).astype(np.uint8)
    return Image.fromarray(grained, "RGB")


# --- what stands in the street --------------------------------------------------------------------------------------


def _sky(seen_from: View) -> Image.Image:
    slope = Image.linear_gradient("L").resize(SIZE)
    above, below = Image.new("RGB", SIZE, (120, 165, 215)), Image.new("RGB", SIZE, (222, 229, 235))
    # Clouds drift: they are another capture's next time.
    dice = random.Random(seen_from.grain_seed)  # noqa: S311 - a drawing, no secret
    clouds = Image.new("L", SIZE)
    draw = ImageDraw.Draw(clouds)
    for _ in range(9):
        x, y = dice.randrange(SIZE[0]), dice.randrange(SIZE[1] // 3)
        draw.ellipse((x, y, x + dice.randrange(120, 420), y + dice.randrange(20, 80)), fill=dice.randrange(40, 130))
    sky = Image.composite(below, above, slope)
    white = Image.new("RGB", SIZE, "white")
    return Image.composite(white, sky, clouds.filter(ImageFilter.GaussianBlur(18))).convert("RGBA")


def _upright(  # noqa: PLR0917 - where it stands and how large it is
    dice: random.Random, make: Draughtsman, left: float, depth: float, width: float, height: float
) -> Board:
    right = left + width
    # None stands square to the camera: a step aside shows each of them in another shape, as it does in a street.
    slant = dice.uniform(0.25, 0.5) * dice.choice((-1, 1)) * width
    near, far = depth - slant / 2, depth + slant / 2
    corners = ((left, height, near), (right, height, far), (right, 0.0, far), (left, 0.0, near))
    # What is far is seen small: it is drawn with fewer pixels, as many as are seen.
    scale = min(1.0, 14 / depth) * _PX_PER_M
    return Board(corners, make(dice, (max(12, round(width * scale)), max(12, round(height * scale)))))


def _ground(dice: random.Random) -> Board:
    wide, high = 900, 900
    ground = Image.new("RGBA", (wide, high), (*_colour(dice, 105, 140), 255))
    draw = ImageDraw.Draw(ground)
    for _ in range(2600):
        x, y, size = dice.randrange(wide), dice.randrange(high), dice.randrange(4, 22)
        grey = dice.randrange(70, 175)
        draw.rectangle((x, y, x + size, y + size // 2), fill=(grey, grey, max(0, grey - dice.randrange(18)), 255))
    return Board(((-24.0, 0.0, 40.0), (24.0, 0.0, 40.0), (24.0, 0.0, 2.2), (-24.0, 0.0, 2.2)), ground)


def _house(dice: random.Random, size: tuple[int, int]) -> Image.Image:
    wide, high = size
    wall = _colour(dice, 110, 215)
    house = Image.new("RGBA", size, (*wall, 255))
    draw = ImageDraw.Draw(house)
    for _ in range(wide * high // 260):  # plaster
        x, y, tone = dice.randrange(wide), dice.randrange(high), dice.randrange(-26, 26)
        draw.rectangle((x, y, x + dice.randrange(1, 7), y + dice.randrange(1, 4)), fill=_toned(wall, tone))
    across, rows = dice.randrange(2, 4), max(2, high // 110)
    for row in range(rows - 1):
        for column in range(across):
            _window(draw, dice, (wide * column // across, high * row // rows, wide // across, high // rows))
    top = high * (rows - 1) // rows
    draw.rectangle((wide // 12, top + 6, wide * 11 // 12, high), fill=_colour(dice, 20, 90))
    _goods(draw, dice, (wide // 12, top + (high - top) // 3, wide * 11 // 12, high))
    _name(draw, dice, (wide // 12, top + 2, wide * 11 // 12, top + (high - top) // 3))
    return house


def _window(draw: ImageDraw.ImageDraw, dice: random.Random, cell: tuple[int, int, int, int]) -> None:
    x, y, wide, high = cell
    left, top = x + round(wide * dice.uniform(0.15, 0.3)), y + round(high * dice.uniform(0.15, 0.3))
    right, bottom = x + round(wide * dice.uniform(0.7, 0.88)), y + round(high * dice.uniform(0.72, 0.9))
    draw.rectangle((left - 3, top - 3, right + 3, bottom + 3), fill=_colour(dice, 190, 250))
    draw.rectangle((left, top, right, bottom), fill=_colour(dice, 25, 110))
    for _ in range(dice.randrange(2, 6)):  # curtains, flowers, what is mirrored: no two alike
        u, v = dice.randint(left, max(left, right - 2)), dice.randint(top, max(top, bottom - 2))
        end = (min(right, u + dice.randrange(3, 40)), min(bottom, v + dice.randrange(3, 40)))
        dice.choice((draw.rectangle, draw.ellipse))(((u, v), end), fill=_colour(dice, 40, 240))


def _goods(draw: ImageDraw.ImageDraw, dice: random.Random, cell: tuple[int, int, int, int]) -> None:
    left, top, right, bottom = cell
    for _ in range(14):
        u, v = dice.randint(left, max(left, right - 4)), dice.randint(top, max(top, bottom - 4))
        end = (min(right, u + dice.randrange(4, 36)), min(bottom, v + dice.randrange(4, 30)))
        dice.choice((draw.rectangle, draw.ellipse))(((u, v), end), fill=_colour(dice, 30, 250))


def _name(draw: ImageDraw.ImageDraw, dice: random.Random, cell: tuple[int, int, int, int]) -> None:
    """A sign in a script that nobody reads, so that nothing in the picture says anything."""
    left, top, right, bottom = cell
    draw.rectangle(cell, fill=_colour(dice, 20, 110))
    ink, x = _colour(dice, 170, 255), left + 4
    high = max(6, bottom - top - 6)
    while x < right - high // 2:
        points = [(x + dice.randrange(max(2, high // 2)), top + 3 + dice.randrange(high)) for _ in range(4)]
        draw.line(points, fill=ink, width=max(1, high // 9))
        x += high * 2 // 3


def _stall(dice: random.Random, size: tuple[int, int]) -> Image.Image:
    stall = Image.new("RGBA", size, (*_colour(dice, 60, 200), 255))
    draw = ImageDraw.Draw(stall)
    stripe = max(4, size[0] // dice.randrange(5, 10))
    for x in range(0, size[0], stripe * 2):
        draw.rectangle((x, 0, x + stripe - 1, size[1] // 4), fill=_colour(dice, 140, 255))
    _goods(draw, dice, (2, size[1] // 4, size[0] - 2, size[1] - 2))
    return stall


def _hedge(dice: random.Random, size: tuple[int, int]) -> Image.Image:
    hedge = Image.new("RGBA", size)
    draw = ImageDraw.Draw(hedge)
    for _ in range(size[0] * size[1] // 45):
        x, y = dice.randrange(-6, size[0]), size[1] - round(size[1] * math.sqrt(dice.random()) * 0.98)
        leaf = (dice.randrange(20, 90), dice.randrange(70, 170), dice.randrange(20, 80), 255)
        draw.ellipse((x, y, x + dice.randrange(3, 13), y + dice.randrange(3, 11)), fill=leaf)
    return hedge


def _poster(dice: random.Random, size: tuple[int, int]) -> Image.Image:
    poster = Image.new("RGBA", size, (*_colour(dice, 150, 250), 255))
    draw = ImageDraw.Draw(poster)
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline=(40, 40, 40, 255), width=3)
    _name(draw, dice, (4, 4, size[0] - 5, size[1] // 4))
    _goods(draw, dice, (6, size[1] // 3, size[0] - 6, size[1] - 6))
    return poster


def _hold_up(shown: Image.Image, code: str) -> None:
    """The challenge code on a sheet in somebody's hand, right before the camera."""
    sheet = Image.new("RGBA", (430, 180), (246, 244, 236, 255))
    ImageDraw.Draw(sheet).text(
        (215, 90), code, fill=(20, 24, 60, 255), anchor="mm", font=ImageFont.load_default(size=110)
    )
    held = sheet.rotate(3, expand=True, resample=Image.Resampling.BICUBIC)
    shadow = Image.new("RGBA", held.size, (0, 0, 0, 255))
    shadow.putalpha(ImageChops.multiply(held.getchannel("A"), Image.new("L", held.size, 90)))
    where = (SIZE[0] // 2 - held.width // 2, SIZE[1] - held.height - 20)
    shown.alpha_composite(shadow, (where[0] + 8, where[1] + 8))
    shown.alpha_composite(held, where)


def _colour(dice: random.Random, least: int, most: int) -> Colour:
    return dice.randint(least, most), dice.randint(least, most), dice.randint(least, most)


def _toned(colour: Colour, tone: int) -> Colour:
    red, green, blue = (max(0, min(255, each + tone)) for each in colour)
    return red, green, blue
