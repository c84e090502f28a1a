"""A place that somebody types: coordinates, a map's link, a Plus code, a city. There is no geocoder without a network.

Cities come from a list that `manage.py build_places` makes of a package; see `web/cities.py`.
"""

import re

from openlocationcode import openlocationcode

from bounties.places import Place
from web.cities import find_city
from web.standpoint import Standpoint

LONGEST = 300

_NUMBER = r"[-+\u2212]?\d{1,3}(?:[.,]\d+)?"
# As maps write it and people copy it: with a point or a comma, bare or inside a link.
_POINT = r"[-+]?\d{1,3}(?:\.\d+)?"
_LINK = re.compile(rf"(?:geo:|@|[?&](?:q|ll|mlat)=|#map=\d+/)({_POINT})(?:[,/]|%2C|&mlon=)({_POINT})", re.IGNORECASE)
_SIGNED = re.compile(rf"\s*({_POINT})\s*[,;\s]\s*({_POINT})\s*")
_WITH_COMMAS = re.compile(rf"\s*({_NUMBER})\s*[;\s]\s*({_NUMBER})\s*")
_COMPASS = re.compile(r"\s*([\d.]+)\s*°?\s*([NS])[\s,;]*([\d.]+)\s*°?\s*([EWO])\s*", re.IGNORECASE)
_PLUS_CODE = re.compile(r"\b[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}\b", re.IGNORECASE)
_SHORT_CODE = re.compile(r"^\s*([23456789CFGHJMPQRVWX]{4,6}\+[23456789CFGHJMPQRVWX]{2,3})\s+(.+)$", re.IGNORECASE)


def read_place(text: str) -> Standpoint | None:
    """Where that is, or None where nothing in it is a place that we know."""
    text = " ".join(text[:LONGEST].split())
    return _coordinates(text) or _plus_code(text) or find_city(text)


def _coordinates(text: str) -> Standpoint | None:
    if found := _COMPASS.fullmatch(text):
        lat, north, lng, east = found.groups()
        return _point(_signed(lat, north in "sS"), _signed(lng, east in "wWoO"))
    for pattern in (_SIGNED, _WITH_COMMAS):
        if found := pattern.fullmatch(text):
            return _point(*found.groups())
    found = _LINK.search(text)
    return _point(*found.groups()) if found else None


def _signed(number: str, negative: bool) -> str:
    return f"-{number}" if negative else number


def _point(lat: str, lng: str) -> Standpoint | None:
    try:
        place = Place(_number(lat), _number(lng))
    except ValueError:
        return None
    return Standpoint(place, f"{place.lat:.4f}, {place.lng:.4f}")


def _number(text: str) -> float:
    return float(text.replace(",", ".").replace("\u2212", "-"))


def _plus_code(text: str) -> Standpoint | None:
    if found := _PLUS_CODE.search(text):
        return _decoded(found[0])
    if found := _SHORT_CODE.match(text):  # "GCQ3+R2 Berlin"
        city = find_city(found[2])
        if city is not None:
            return _decoded(openlocationcode.recoverNearest(found[1].upper(), city.place.lat, city.place.lng))
    return None


def _decoded(code: str) -> Standpoint | None:
    if not openlocationcode.isFull(code):
        return None
    area = openlocationcode.decode(code)
    return Standpoint(Place(area.latitudeCenter, area.longitudeCenter), code.upper())
