"""The bounds that let a search stop, against the true geodesic."""

import math

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bounties.nearby import reach
from bounties.places import WORLD_M, Place, destination, distance_m, project

latitudes = st.floats(-89.999, 89.999) | st.sampled_from([-85.06, 0.0, 60.0, 85.0511, 89.0])
places = st.builds(Place, latitudes, st.floats(-180, 180))
bearings = st.floats(0, 360) | st.sampled_from([0.0, 90.0, 180.0, 270.0])
lengths = st.floats(0.01, 100_000)


def on_the_plane(start: Place, end: Place) -> float:
    (x1, y1), (x2, y2) = project(start), project(end)
    return math.hypot(math.remainder(x2 - x1, WORLD_M), y2 - y1)


@settings(max_examples=400)
@given(places, bearings, lengths)
@example(Place(0, 0), 0.0, 100_000.0)  # nearest to the bound: along the meridian, from the equator
@example(Place(80, 0), 0.0, 100_000.0)
@example(Place(10, 179.99), 90.0, 50_000.0)
def test_what_is_near_on_the_ground_is_within_reach_on_the_plane(start: Place, bearing: float, metres: float) -> None:
    outer = reach.on_plane(start, metres=metres)
    assume(outer is not None)
    assert outer is not None
    assert on_the_plane(start, destination(start, bearing=bearing, metres=metres)) <= outer


@settings(max_examples=400)
@given(places, bearings, lengths)
@example(Place(80, 0), 0.0, 100_000.0)
@example(Place(0, 0), 90.0, 100_000.0)
def test_what_is_far_on_the_plane_is_far_on_the_ground(start: Place, bearing: float, metres: float) -> None:
    end = destination(start, bearing=bearing, metres=metres)
    assert reach.on_ground(start, plane_m=on_the_plane(start, end)) <= metres


@settings(max_examples=400)
@given(places, bearings, lengths)
@example(Place(80, 0), 180.0, 100_000.0)
@example(Place(0, 0), 90.0, 100_000.0)
@example(Place(-0.4, 0), 0.0, 100_000.0)  # over the equator
def test_what_is_far_on_the_ground_is_far_on_the_plane(start: Place, bearing: float, metres: float) -> None:
    end = destination(start, bearing=bearing, metres=metres)
    assert reach.nearest_on_plane(start, metres=metres) <= on_the_plane(start, end)


@pytest.mark.parametrize("lat", [0, 40, -60, 75])
def test_the_bounds_are_tight_enough_to_be_of_use(lat: float) -> None:
    """Loose bounds would be right too, and make every search ask twice."""
    place = Place(lat, 0)
    outer = reach.on_plane(place, metres=5_000)
    assert outer is not None
    assert 4_900 < reach.on_ground(place, plane_m=outer) <= 5_000
    assert reach.nearest_on_plane(place, metres=5_000) > 0.97 * outer


def test_where_people_live_the_plane_is_searched() -> None:
    assert reach.on_plane(Place(78.2, 15.6), metres=100_000) is not None


@pytest.mark.parametrize("lat", [90, -90, 89.5, -89.3])
def test_near_a_pole_the_plane_is_not_searched(lat: float) -> None:
    assert reach.on_plane(Place(lat, 0), metres=50_000) is None
    assert reach.nearest_on_plane(Place(lat, 0), metres=50_000) == 0


@given(st.builds(Place, st.floats(-90, 90), st.just(0.0)), bearings, lengths)
def test_latitudes_hold_everything_within_their_distance(start: Place, bearing: float, metres: float) -> None:
    south, north = reach.latitudes(start, metres=metres)
    assert south <= destination(start, bearing=bearing, metres=metres).lat <= north


def test_the_same_place_is_nowhere_else() -> None:
    assert reach.on_ground(Place(10, 10), plane_m=0) == 0
    assert distance_m(Place(10, 10), Place(10, 10)) == 0
