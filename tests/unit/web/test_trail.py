"""The drawing of a trail: to scale, north up, whole, and right at the antimeridian."""

from datetime import UTC, datetime

import pytest

from verification.evidence import Fix
from verification.geo import place
from web.ops.trail import draw

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def fix(latitude: float, longitude: float, accuracy_m: float = 5.0) -> Fix:
    return Fix(NOON, place(latitude, longitude), accuracy_m)


def test_the_place_is_the_middle_and_north_is_up() -> None:
    drawing = draw(place(52.52, 13.405), 100.0, [fix(52.5209, 13.405), fix(52.52, 13.4064)])
    north, east = drawing.dots
    assert (north.x, east.y) == pytest.approx((200, 200), abs=0.5)
    assert north.y < 200 < east.x
    assert drawing.radius / drawing.size == pytest.approx(100 / drawing.metres)
    # 100 m either way, and as far as the circle's edge.
    assert 200 - north.y == pytest.approx(drawing.radius, rel=0.02)
    assert east.x - 200 == pytest.approx(drawing.radius, rel=0.06)


def test_what_is_far_away_still_fits() -> None:
    drawing = draw(place(0.0, 0.0), 50.0, [fix(0.02, -0.03)])
    assert all(0 <= each <= drawing.size for dot in drawing.dots for each in (dot.x, dot.y))
    assert drawing.radius < 10


def test_the_shorter_way_around_is_taken() -> None:
    drawing = draw(place(0.0, 179.9999), 50.0, [fix(0.0, -179.9999)])
    assert drawing.dots[0].x == pytest.approx(200 + 22.3 * drawing.radius / 50, rel=0.02)


@pytest.mark.parametrize(("radius", "bar"), [(10.0, 5), (60.0, 20), (100.0, 50), (50_000.0, 20_000)])
def test_the_bar_is_a_round_length(radius: float, bar: int) -> None:
    drawing = draw(place(10.0, 10.0), radius, [])
    assert (drawing.bar_m, drawing.path) == (bar, "")
    assert drawing.bar == pytest.approx(bar / radius * drawing.radius)
