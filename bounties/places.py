"""Where things are: distance, bearing, destination, the Web Mercator plane, and how far a walk is. Pure geography.

No bounty and no database here. Every place is on the WGS 84 ellipsoid, in degrees; every length is in metres of it.
"""

import math
from dataclasses import dataclass
from typing import Any, Self, cast

from geographiclib.geodesic import Geodesic

E7 = 10_000_000

EQUATOR_M = 6_378_137.0
_FLATTENING = 1 / 298.257223563
ECCENTRICITY_SQUARED = _FLATTENING * (2 - _FLATTENING)
# The least radius of curvature of a meridian (at the equator): a length on the ground changes the latitude by no more
# than itself divided by this.
LEAST_CURVATURE_M = EQUATOR_M * (1 - ECCENTRICITY_SQUARED)

# How far a straight line through the Earth tells the distance on it to the millimetre.
_NEAR_M = 100_000.0

WORLD_M = 2 * math.pi * EQUATOR_M  # once around the plane

# People walk 4.8 km/h, and streets are about 1.3 times as long as the straight line.
_WALKING_M_PER_MINUTE = 80.0
_DETOUR = 1.3

_ELLIPSOID = Geodesic.WGS84


@dataclass(frozen=True, slots=True)
class Place:
    lat: float
    lng: float

    def __post_init__(self) -> None:
        # Also refuses NaN, which is on neither side of any bound.
        if not (-90 <= self.lat <= 90 and -180 <= self.lng <= 180):
            raise ValueError(f"not on Earth: {self.lat}, {self.lng}")

    @classmethod
    def of_e7(cls, latitude_e7: int, longitude_e7: int) -> Self:
        return cls(latitude_e7 / E7, longitude_e7 / E7)

    def in_e7(self) -> tuple[int, int]:
        return round(self.lat * E7), round(self.lng * E7)


@dataclass(frozen=True, slots=True)
class Way:
    """The shortest way between two places: how long, and in which direction it begins (degrees, north 0, east 90)."""

    distance_m: float
    bearing: float


@dataclass(frozen=True, slots=True)
class Span:
    """A rectangle of degrees that does not cross the antimeridian."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, place: Place) -> bool:
        return self.south <= place.lat <= self.north and self.west <= place.lng <= self.east


def way(start: Place, end: Place) -> Way:
    """The exact geodesic, to nanometres, for any two places. Costs about 65 microseconds: not for lists."""
    found = _asked(_ELLIPSOID.Inverse(start.lat, start.lng, end.lat, end.lng, Geodesic.DISTANCE | Geodesic.AZIMUTH))
    return Way(found["s12"], found["azi1"] % 360.0)


def distance_m(start: Place, end: Place) -> float:
    return _asked(_ELLIPSOID.Inverse(start.lat, start.lng, end.lat, end.lng, Geodesic.DISTANCE))["s12"]


def destination(start: Place, *, bearing: float, metres: float) -> Place:
    """Where one arrives who leaves in this direction and keeps straight on."""
    found = _asked(_ELLIPSOID.Direct(start.lat, start.lng, bearing, metres, Geodesic.LATITUDE | Geodesic.LONGITUDE))
    return Place(found["lat2"], math.remainder(found["lon2"], 360.0))


class Horizon:
    """Bearings and distances of places within 100 km of one place, in 2 microseconds each instead of 65: bearings right
    to a ten-thousandth of a degree, distances to a millimetre. Both are of the straight line through the Earth."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._lng = place.lng
        self._p, self._z = around_axis(place.lat)
        self._sine, self._cosine = math.sin(math.radians(place.lat)), math.cos(math.radians(place.lat))
        self._meridian, self._normal = bending(place.lat)

    def distance_m(self, lat: float, lng: float) -> float:
        """To any place: those further away take the time that the geodesic takes."""
        p, z = around_axis(lat)
        half = math.sin(math.radians(lng - self._lng) / 2)
        northward = (p - self._p) * (p - self._p) + (z - self._z) * (z - self._z)
        eastward = 4 * p * self._p * half * half
        if northward + eastward > _NEAR_M * _NEAR_M:
            return distance_m(self._place, Place(lat, lng))
        # What the arc has more than the line: see `bounties.nearby.plane`, where the database computes the same.
        return math.sqrt(northward + eastward) * (1 + northward * self._meridian + eastward * self._normal)

    def bearing(self, to: Place) -> float:
        """Degrees from north over east, below 360. A place has no bearing from itself: it is given as 0."""
        p, z = around_axis(to.lat)
        turn = math.radians(to.lng - self._lng)
        half = math.sin(turn / 2)
        outward = (p - self._p) - 2 * p * half * half
        north = self._cosine * (z - self._z) - self._sine * outward
        bearing = math.degrees(math.atan2(p * math.sin(turn), north)) % 360.0
        return 0.0 if bearing == 360.0 else bearing  # what rounding makes of a tiny angle to the west


def walking_minutes(distance_m: float) -> int:
    """Whole minutes on foot, rounded up; an estimate, because it knows no streets."""
    return math.ceil(distance_m * _DETOUR / _WALKING_M_PER_MINUTE)


def project(place: Place) -> tuple[float, float]:
    """The place on the Web Mercator plane, in metres of it. The plane goes on beyond its usual end at 85.05 degrees,
    up to a pole that rounding keeps finite. The database computes the same for its column `spot`."""
    return (
        EQUATOR_M * math.radians(place.lng),
        EQUATOR_M * math.asinh(math.tan(math.radians(place.lat))),
    )


def spans(centre: Place, *, metres: float) -> tuple[Span, ...]:
    """Rectangles of degrees that hold everything within so many metres: one, or two where the antimeridian is near."""
    reach = math.degrees(metres / LEAST_CURVATURE_M)
    south, north = centre.lat - reach, centre.lat + reach
    if south <= -90 or north >= 90:
        # Around a pole every longitude is near.
        return (Span(max(south, -90.0), -180.0, min(north, 90.0), 180.0),)
    # A circle of latitude bends away from the equator: the widest place is a little poleward of the centre. On a
    # sphere it is where the meridian touches; the ellipsoid's parallels are wider than those of this sphere.
    sine = math.sin(math.radians(reach)) / math.cos(math.radians(centre.lat))
    width = math.degrees(math.asin(min(1.0, sine)))
    west, east = centre.lng - width, centre.lng + width
    if east - west >= 360:
        return (Span(south, -180.0, north, 180.0),)
    if west < -180:
        return (Span(south, -180.0, north, east), Span(south, west + 360, north, 180.0))
    if east > 180:
        return (Span(south, west, north, 180.0), Span(south, -180.0, north, east - 360))
    return (Span(south, west, north, east),)


def around_axis(lat: float) -> tuple[float, float]:
    """How far from the Earth's axis a place on the ellipsoid is, and how far north of the equator's plane."""
    latitude = math.radians(lat)
    sine = math.sin(latitude)
    normal = EQUATOR_M / math.sqrt(1 - ECCENTRICITY_SQUARED * sine * sine)
    return normal * math.cos(latitude), normal * (1 - ECCENTRICITY_SQUARED) * sine


def bending(lat: float) -> tuple[float, float]:
    """The squares of the Earth's curvature there, along the meridian and across it, each divided by 24."""
    sine = math.sin(math.radians(lat))
    narrowing = 1 - ECCENTRICITY_SQUARED * sine * sine
    normal = math.sqrt(narrowing) / EQUATOR_M
    meridian = normal * narrowing / (1 - ECCENTRICITY_SQUARED)
    return meridian * meridian / 24, normal * normal / 24


def _asked(answer: Any) -> dict[str, float]:
    return cast(dict[str, float], answer)
