"""Reading TopoJSON: lines that neighbours share, written once, as differences. Pure."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

# A point of the square that the world is projected to: both from 0 to 1, y grows southward.
Point = tuple[float, float]
Ring = list[Point]

_NORTHERNMOST = 85.0511


def project(lng: float, lat: float) -> Point:
    """Web Mercator, which every map of tiles uses."""
    sine = math.sin(math.radians(max(-_NORTHERNMOST, min(_NORTHERNMOST, lat))))
    return (lng + 180) / 360, 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)


class Topology:
    def __init__(self, plain: dict[str, Any]) -> None:
        (scale_x, scale_y), (from_x, from_y) = plain["transform"]["scale"], plain["transform"]["translate"]
        self._objects = plain["objects"]
        self._arcs: list[Ring] = []
        for arc in plain["arcs"]:
            x = y = 0
            points = []
            for step_x, step_y in arc:
                x, y = x + step_x, y + step_y
                points.append(project(x * scale_x + from_x, y * scale_y + from_y))
            self._arcs.append(points)

    def polygons(self, name: str) -> Iterator[list[Ring]]:
        """Each with its outer ring first, then its holes."""
        for geometry in self._objects[name]["geometries"]:
            for polygon in _polygons(geometry):
                yield [self._joined(ring) for ring in polygon]

    def borders(self, name: str) -> Iterator[Ring]:
        """The lines that two neighbours share: no coast among them."""
        used = Counter(
            arc if arc >= 0 else ~arc
            for geometry in self._objects[name]["geometries"]
            for arc in set(_arcs(_polygons(geometry)))
        )
        return (self._arcs[arc] for arc, count in sorted(used.items()) if count > 1)

    def _joined(self, arcs: Iterable[int]) -> Ring:
        ring: Ring = []
        for arc in arcs:
            points = self._arcs[arc] if arc >= 0 else self._arcs[~arc][::-1]
            ring += points[1:] if ring else points
        return ring


def _polygons(geometry: dict[str, Any]) -> list[Any]:
    match geometry["type"]:
        case "Polygon":
            return [geometry["arcs"]]
        case "MultiPolygon":
            return list(geometry["arcs"])
        case _:
            return []


def _arcs(polygons: Iterable[Any]) -> Iterator[int]:
    for polygon in polygons:
        for ring in polygon:
            yield from ring
