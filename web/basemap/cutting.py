"""Cutting shapes along the edges of a tile, and leaving out what is too small to be seen on it. Pure."""

from dataclasses import dataclass
from itertools import pairwise

from web.basemap.topology import Point, Ring


@dataclass(frozen=True, slots=True)
class Box:
    west: float
    north: float
    east: float
    south: float


def cut_ring(ring: Ring, box: Box) -> Ring:
    """Sutherland and Hodgman: the part of a filled ring inside the box; what is cut off runs along the edge."""
    west, east = min(x for x, _ in ring), max(x for x, _ in ring)
    north, south = min(y for _, y in ring), max(y for _, y in ring)
    if east < box.west or west > box.east or south < box.north or north > box.south:
        return []
    if west >= box.west and east <= box.east and north >= box.north and south <= box.south:
        return ring  # as most islands are: inside as a whole
    for axis, bound, sign in ((0, box.west, 1), (0, box.east, -1), (1, box.north, 1), (1, box.south, -1)):
        ring = _cut_side(ring, axis, bound, sign) if ring else ring
    return ring


def cut_line(line: Ring, box: Box) -> list[Ring]:
    """The pieces of a line inside the box, or touching it: a step that leaves it is kept whole, which nobody sees."""
    pieces: list[Ring] = []
    piece: Ring = []
    for start, end in pairwise(line):
        if _may_touch(start, end, box):
            piece = piece or [start]
            piece.append(end)
        elif piece:
            pieces.append(piece)
            piece = []
    return [*pieces, piece] if piece else pieces


def thinned(points: Ring, least: float) -> Ring:
    """Without the points that are nearer to the one before than can be seen."""
    kept: Ring = []
    for x, y in points:
        if not kept or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= least:
            kept.append((x, y))
    return kept


def _cut_side(ring: Ring, axis: int, bound: float, sign: int) -> Ring:
    """What lies beyond the bound in the direction of the axis, or against it."""
    kept: Ring = []
    before = ring[-1]
    before_in = sign * (before[axis] - bound) >= 0
    for point in ring:
        point_in = sign * (point[axis] - bound) >= 0
        if point_in != before_in:
            kept.append(_crossing(before, point, axis, bound))
        if point_in:
            kept.append(point)
        before, before_in = point, point_in
    return kept


def _crossing(start: Point, end: Point, axis: int, bound: float) -> Point:
    share = (bound - start[axis]) / (end[axis] - start[axis])
    other = start[1 - axis] + share * (end[1 - axis] - start[1 - axis])
    return (bound, other) if axis == 0 else (other, bound)


def _may_touch(start: Point, end: Point, box: Box) -> bool:
    return not (
        max(start[0], end[0]) < box.west
        or min(start[0], end[0]) > box.east
        or max(start[1], end[1]) < box.north
        or min(start[1], end[1]) > box.south
    )
