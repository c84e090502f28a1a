"""How distances on the plane and on the ground bound each other: why a search may stop. Pure.

The index orders by distance on the Web Mercator plane, which is stretched: the same for all directions at one place on
a sphere, nearly so on the ellipsoid, and more the nearer to a pole. So its order is right only nearly, and this file
says how nearly. For two places, `d` is the geodesic between them in metres and `m` the straight line on the plane, the
shorter way around.

A small step on the ground is longer on the plane by a factor between `least` and `most`, at latitude p, with e the
eccentricity: east-west it is sqrt(1 - e² sin² p) / cos p, north-south sqrt(1 - e² sin² p)³ / ((1 - e²) cos p), so

    sqrt(1 - e²) / cos p  <=  factor  <=  1 / ((1 - e²) cos p).

(a) Along the geodesic the latitude differs from that of its start by at most d / LEAST_CURVATURE_M, so
    m <= d / ((1 - e²) cos(|lat| + d / LEAST_CURVATURE_M)): this is `on_plane`.
(b) Hence who is at least m away on the plane is at least `on_ground(m)` away on the ground.
(c) Along the straight line on the plane the latitude is at least |lat| - m / EQUATOR_M away from the equator, so
    d <= m cos(|lat| - m / EQUATOR_M) / sqrt(1 - e²): from it, `nearest_on_plane`.
"""

import math

from bounties.places import ECCENTRICITY_SQUARED, EQUATOR_M, LEAST_CURVATURE_M, WORLD_M, Place

_MOST_STRETCH = 1 / (1 - ECCENTRICITY_SQUARED)
_LEAST_STRETCH = math.sqrt(1 - ECCENTRICITY_SQUARED)
# What rounding may do: a coordinate of the plane is good to some nanometres, a distance that the database gives is a
# whole number of millimetres. A millimetre, and a part in a million for what grows with the distance, is plenty.
_SLACK_M = 0.001
_SLACK = 1e-6
# Where the stretch gets out of hand: a search that reaches this far around the plane asks by latitude instead.
_WIDEST_M = WORLD_M / 8


def on_plane(place: Place, *, metres: float) -> float | None:
    """The distance on the plane within which everything lies that is within `metres` of the place.

    None near a pole, where the plane has no use for such a search.
    """
    metres = metres * (1 + _SLACK) + _SLACK_M
    latitude = math.radians(abs(place.lat)) + metres / LEAST_CURVATURE_M
    cosine = math.cos(min(latitude, math.pi / 2))
    if metres * _MOST_STRETCH >= _WIDEST_M * cosine:
        return None
    return metres * _MOST_STRETCH / cosine + _SLACK_M


def on_ground(place: Place, *, plane_m: float) -> float:
    """What is at least `plane_m` away on the plane is at least this far away on the ground."""
    latitude = math.radians(abs(place.lat))
    # At most this far, if nothing on the way were more stretched than here; what is, makes it less.
    most = plane_m / _MOST_STRETCH * math.cos(latitude)
    cosine = math.cos(min(latitude + most / LEAST_CURVATURE_M, math.pi / 2))
    return max(0.0, plane_m / _MOST_STRETCH * cosine * (1 - _SLACK) - 2 * _SLACK_M)


def nearest_on_plane(place: Place, *, metres: float) -> float:
    """What is at least `metres` away on the ground is at least this far away on the plane."""
    outer = on_plane(place, metres=metres)
    if outer is None:
        return 0.0
    latitude = max(0.0, math.radians(abs(place.lat)) - outer / EQUATOR_M)
    least = max(0.0, metres - _SLACK_M) * (1 - _SLACK) * _LEAST_STRETCH / math.cos(latitude)
    return max(0.0, least - _SLACK_M)


def latitudes(place: Place, *, metres: float) -> tuple[float, float]:
    """The least and the greatest latitude within so many metres."""
    degrees = math.degrees((metres + _SLACK_M) * (1 + _SLACK) / LEAST_CURVATURE_M)
    return max(-90.0, place.lat - degrees), min(90.0, place.lat + degrees)
