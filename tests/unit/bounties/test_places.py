import math

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bounties.places import WORLD_M, Horizon, Place, destination, distance_m, project, spans, walking_minutes, way

latitudes = st.floats(-90, 90) | st.sampled_from([-90.0, 0.0, 90.0, 85.0511, -89.99])
longitudes = st.floats(-180, 180) | st.sampled_from([-180.0, 0.0, 180.0])
places = st.builds(Place, latitudes, longitudes)
bearings = st.floats(0, 360)


@pytest.mark.parametrize(
    ("start", "end", "metres", "bearing"),
    [
        # The surveyors' example: Flinders Peak to Buninyong, 54,972.271 m on an ellipsoid a hair's breadth from ours.
        (
            Place(-37.95103341666667, 144.42486788888888),
            Place(-37.65282113888889, 143.92649552777777),
            54972.271,
            306.868,
        ),
        (Place(0, 0), Place(0, 1), 111319.4908, 90.0),
        (Place(0, 0), Place(1, 0), 110574.3886, 0.0),
        (Place(0, 179.5), Place(0, -179.5), 111319.4908, 90.0),
        (Place(90, 0), Place(89, 45), 111693.8647, 135.0),
        (Place(0, 0), Place(0, 0), 0.0, 180.0),
    ],
)
def test_known_ways_have_their_known_length_and_bearing(
    start: Place, end: Place, metres: float, bearing: float
) -> None:
    found = way(start, end)
    assert found.distance_m == pytest.approx(metres, abs=0.1)
    assert found.bearing == pytest.approx(bearing, abs=0.001)
    assert distance_m(start, end) == found.distance_m


@pytest.mark.parametrize(
    ("lat", "lng"),
    [(90.1, 0), (-91, 0), (0, 180.1), (0, -181), (math.nan, 0), (0, math.nan), (math.inf, 0), (0, -math.inf)],
)
def test_a_place_that_is_not_on_earth_is_refused(lat: float, lng: float) -> None:
    with pytest.raises(ValueError, match="not on Earth"):
        Place(lat, lng)


@given(places)
def test_a_place_survives_whole_numbers_of_1e_7_degrees(place: Place) -> None:
    again = Place.of_e7(*place.in_e7())
    assert distance_m(place, again) < 0.008
    assert again == Place.of_e7(*again.in_e7())


@given(places, bearings, st.floats(0, 5_000_000))
@example(Place(89.9999, 10), 0.0, 100_000.0)
@example(Place(0, 180), 90.0, 1000.0)
def test_a_destination_is_as_far_away_as_was_gone(start: Place, bearing: float, metres: float) -> None:
    assert distance_m(start, destination(start, bearing=bearing, metres=metres)) == pytest.approx(metres, abs=1e-6)


@given(places, bearings, st.floats(1, 100_000))
@example(Place(90, 12), 77.0, 50_000.0)
@example(Place(-90, 12), 77.0, 50_000.0)
@example(Place(45, 180), 90.0, 50_000.0)
def test_a_bearing_on_the_horizon_agrees_with_the_geodesic(start: Place, bearing: float, metres: float) -> None:
    end = destination(start, bearing=bearing, metres=metres)
    found = Horizon(start).bearing(end)
    assert 0 <= found < 360
    assert abs(math.remainder(found - way(start, end).bearing, 360)) < 1e-4


@given(places, bearings, st.floats(0, 100_000))
@example(Place(90, 12), 77.0, 50_000.0)
@example(Place(45, 180), 90.0, 100_000.0)
def test_a_distance_on_the_horizon_agrees_with_the_geodesic(start: Place, bearing: float, metres: float) -> None:
    end = destination(start, bearing=bearing, metres=metres)
    assert Horizon(start).distance_m(end.lat, end.lng) == pytest.approx(metres, abs=0.001)


@given(places, places)
def test_what_is_behind_the_horizon_has_its_distance_too(start: Place, end: Place) -> None:
    assert Horizon(start).distance_m(end.lat, end.lng) == pytest.approx(distance_m(start, end), abs=0.001)


def test_a_place_has_no_bearing_from_itself() -> None:
    assert Horizon(Place(48.2, 16.4)).bearing(Place(48.2, 16.4)) == 0


@given(places)
def test_every_place_is_on_the_plane(place: Place) -> None:
    x, y = project(place)
    assert abs(x) <= WORLD_M / 2
    assert math.isfinite(y)
    assert math.copysign(1, y) == math.copysign(1, place.lat) or y == 0


@given(latitudes, latitudes)
def test_further_north_is_further_up_on_the_plane(one: float, other: float) -> None:
    assume(other - one > 1e-7)
    assert project(Place(one, 0))[1] < project(Place(other, 0))[1]


def test_the_plane_is_a_square_up_to_its_usual_end() -> None:
    assert project(Place(85.05112877980659, 180)) == pytest.approx((WORLD_M / 2, WORLD_M / 2))


@given(places, bearings, st.floats(1, 2_000_000))
@example(Place(0, 179.999), 90.0, 1000.0)
@example(Place(89.5, 0), 0.0, 100_000.0)
@example(Place(-60, -179.9), 300.0, 100_000.0)
def test_spans_hold_everything_within_their_distance(centre: Place, bearing: float, metres: float) -> None:
    inside = destination(centre, bearing=bearing, metres=metres * 0.999_999)
    found = spans(centre, metres=metres)
    assert len(found) <= 2
    assert any(span.holds(inside) for span in found)


@pytest.mark.parametrize(("metres", "minutes"), [(0, 0), (1, 1), (80 / 1.3, 1), (1000, 17), (5000, 82)])
def test_a_walk_takes_whole_minutes_rounded_up(metres: float, minutes: int) -> None:
    assert walking_minutes(metres) == minutes
