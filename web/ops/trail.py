"""The scout's trail around the place asked for, as a drawing of its own, which a map may lie under. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from verification.evidence import Fix
from verification.geo import Place

_METRES_PER_DEGREE = 111_320.0
_SIZE = 400.0
_ROOM = 1.15


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    r: float  # what the accuracy covers
    number: int


@dataclass(frozen=True, slots=True)
class Drawing:
    size: float
    metres: float  # from one side to the other
    radius: float  # of the circle asked for, around the middle
    dots: tuple[Dot, ...]
    path: str
    bar_m: int
    bar: float


def draw(centre: Place, radius_m: float, fixes: Sequence[Fix]) -> Drawing:
    """North is up, the place is in the middle, and all of it fits."""
    shifts = [_metres(centre, each.place) for each in fixes]
    reach = max([radius_m, *(max(abs(east), abs(north)) for east, north in shifts)]) * _ROOM
    scale = _SIZE / 2 / reach
    dots = tuple(
        Dot(_SIZE / 2 + east * scale, _SIZE / 2 - north * scale, fix.accuracy_m * scale, number)
        for number, ((east, north), fix) in enumerate(zip(shifts, fixes, strict=True), start=1)
    )
    bar_m = _round_length(reach / 2)
    path = " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in dots)
    return Drawing(_SIZE, 2 * reach, radius_m * scale, dots, path, bar_m, bar_m * scale)


def _metres(centre: Place, place: Place) -> tuple[float, float]:
    """East and north. Flat, which a few kilometres are; the shorter way around the antimeridian."""
    east = (place.longitude - centre.longitude + 180) % 360 - 180
    return (
        east * _METRES_PER_DEGREE * max(cos(radians(centre.latitude)), 1e-6),
        (place.latitude - centre.latitude) * _METRES_PER_DEGREE,
    )


def _round_length(metres: float) -> int:
    """The longest of 1, 2, 5, 10, … that is not longer."""
    size = 1
    while size * 10 <= metres:
        size *= 10
    return next(size * step for step in (5, 2, 1) if size * step <= metres or step == 1)
