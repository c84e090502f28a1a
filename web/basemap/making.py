"""From shapes of the whole world to its tiles. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from web.basemap import tiles
from web.basemap.archive import Address
from web.basemap.cutting import Box, cut_line, cut_ring, thinned
from web.basemap.tiles import EXTENT
from web.basemap.topology import Point, Ring, project
from web.cities import City

DEEPEST = 5
_MARGIN = 64 / EXTENT  # of a tile: a line that leaves it is drawn a little further than its edge
# From how many people on a city has its name on a map of this zoom.
_NAMED_FROM = {2: 8_000_000, 3: 4_000_000, 4: 1_000_000, 5: 100_000}


@dataclass(frozen=True, slots=True)
class World:
    land: list[list[Ring]]
    borders: list[Ring]
    cities: list[City]


def make(world: World) -> dict[Address, bytes]:
    return dict(_tiles(world, (0, 0, 0)))


def _tiles(world: World, address: Address) -> Iterator[tuple[Address, bytes]]:
    zoom, x, y = address
    box = _box(address)
    least = 1 / (EXTENT / 4 * 2**zoom)
    inside = World(
        [cut for polygon in world.land if (cut := _cut(polygon, box))],
        [piece for line in world.borders for piece in cut_line(line, box)],
        [city for city in world.cities if _holds(box, project(city.place.lng, city.place.lat))],
    )
    content = _drawn(inside, address, least)
    if content:
        yield address, content
    if zoom < DEEPEST and (inside.land or inside.cities):
        for right, lower in ((0, 0), (1, 0), (0, 1), (1, 1)):
            yield from _tiles(inside, (zoom + 1, 2 * x + right, 2 * y + lower))


def _drawn(world: World, address: Address, least: float) -> bytes:
    named_from = _NAMED_FROM.get(address[0])
    named = [] if named_from is None else [city for city in world.cities if city.people >= named_from]
    return tiles.tile(
        tiles.shapes("land", _polygons(world.land, address, least)),
        tiles.lines("borders", _lines(world.borders, address, least)),
        tiles.names(
            "cities",
            ((_dot(project(city.place.lng, city.place.lat), address), city.name, city.people) for city in named),
        ),
    )


def _polygons(polygons: Iterable[list[Ring]], address: Address, least: float) -> Iterator[list[list[tuple[int, int]]]]:
    for polygon in polygons:
        rings = [[_dot(point, address) for point in thinned(ring, least)] for ring in polygon]
        if len(rings[0]) >= 3:
            yield [ring for ring in rings if len(ring) >= 3]


def _lines(lines: Iterable[Ring], address: Address, least: float) -> Iterator[list[tuple[int, int]]]:
    for line in lines:
        dots = [_dot(point, address) for point in thinned(line, least)]
        if len(dots) >= 2:
            yield dots


def _cut(polygon: list[Ring], box: Box) -> list[Ring]:
    outer = cut_ring(polygon[0], box)
    return [outer, *(cut for hole in polygon[1:] if len(cut := cut_ring(hole, box)) >= 3)] if len(outer) >= 3 else []


def _box(address: Address) -> Box:
    zoom, x, y = address
    size = 1 / 2**zoom
    margin = size * _MARGIN
    return Box(x * size - margin, y * size - margin, (x + 1) * size + margin, (y + 1) * size + margin)


def _holds(box: Box, point: Point) -> bool:
    return box.west <= point[0] < box.east and box.north <= point[1] < box.south


def _dot(point: Point, address: Address) -> tuple[int, int]:
    zoom, x, y = address
    return round((point[0] * 2**zoom - x) * EXTENT), round((point[1] * 2**zoom - y) * EXTENT)
