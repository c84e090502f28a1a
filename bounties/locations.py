"""Where a scout says to be, and how far that is. Pure. Coordinates are whole 1e-7 degrees, about a centimetre."""

from dataclasses import dataclass

from geographiclib.geodesic import Geodesic

from bounties import reading


@dataclass(frozen=True, slots=True)
class Location:
    latitude_e7: int
    longitude_e7: int


def read(value: object, *, param: str = "/location") -> Location:
    given = reading.fields(value, param=param, known=("lat", "lng", "accuracy_m"), needed=("lat", "lng"))
    return Location(
        latitude_e7=reading.degrees_e7(given["lat"], param=f"{param}/lat", most=90),
        longitude_e7=reading.degrees_e7(given["lng"], param=f"{param}/lng", most=180),
    )


def distance_m(one: Location, other: Location) -> float:
    """Along the ellipsoid; also across the date line and near the poles."""
    line = Geodesic.WGS84.Inverse(
        one.latitude_e7 / reading.E7,
        one.longitude_e7 / reading.E7,
        other.latitude_e7 / reading.E7,
        other.longitude_e7 / reading.E7,
        outmask=Geodesic.DISTANCE,
    )
    return float(line["s12"])
