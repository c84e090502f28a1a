"""Points on the ground and the distance between them. Coordinates are whole 1e-7 degrees (about a centimetre)."""

from dataclasses import dataclass

from geographiclib.geodesic import Geodesic

E7 = 10_000_000


@dataclass(frozen=True, slots=True)
class Place:
    latitude_e7: int
    longitude_e7: int

    def __post_init__(self) -> None:
        if abs(self.latitude_e7) > 90 * E7 or abs(self.longitude_e7) > 180 * E7:
            raise ValueError("this is no place on Earth")

    @property
    def latitude(self) -> float:
        return self.latitude_e7 / E7

    @property
    def longitude(self) -> float:
        return self.longitude_e7 / E7


def place(latitude: float, longitude: float) -> Place:
    return Place(round(latitude * E7), round(longitude * E7))


def distance_m(one: Place, other: Place) -> float:
    """Along the ellipsoid, exact to the millimetre; also across the date line and near the poles."""
    line = Geodesic.WGS84.Inverse(
        one.latitude, one.longitude, other.latitude, other.longitude, outmask=Geodesic.DISTANCE
    )
    return float(line["s12"])
