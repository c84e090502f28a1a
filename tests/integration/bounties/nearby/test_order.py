"""The pages of a search against all distances computed one by one: nothing missing, nothing twice, nearest first."""

import math
from collections.abc import Iterator
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bounties.models import Bounty
from bounties.nearby.page import Cursor, Found, Page, Wishes
from bounties.nearby.search import nearby
from bounties.places import Place, destination, distance_m, way
from market.accounts.models import Agent, Mode
from tests.integration.bounties.nearby.world import AT, make_agent, offer

AWKWARD = (
    Place(0, 0), Place(0, 180), Place(0, -180), Place(-16.8, 179.999), Place(65.6, -179.99), Place(89.999, 10),
    Place(90, 0), Place(-90, 77), Place(-89.5, -30), Place(89.2, 180), Place(85.06, 179.9), Place(80, 0),
    Place(-60, 20), Place(52.5, 13.4), Place(0.2, -179.8), Place(88.7, 0),
)  # fmt: skip

centres = st.sampled_from(AWKWARD) | st.builds(Place, st.floats(-90, 90), st.floats(-180, 180))
# Near, on one spot, in rows to the four winds, and beyond what is searched.
steps = st.lists(
    st.tuples(
        st.sampled_from([0.0, 90.0, 180.0, 270.0]) | st.floats(0, 360),
        st.sampled_from([0.0, 0.0, 10.0, 1_000.0, 49_999.0, 50_001.0]) | st.floats(0, 3_000) | st.floats(0, 120_000),
    ),
    min_size=1,
    max_size=60,
)


def all_pages(around: Place, *, within_m: int, limit: int) -> Iterator[Page]:
    after: Cursor | None = None
    while True:
        with CaptureQueriesContext(connection) as queries:
            page = nearby(
                around=around, mode=Mode.LIVE, at=AT, wishes=Wishes(within_m=within_m), after=after, limit=limit
            )
        assert len(queries) <= 2
        yield page
        after = page.next
        if after is None:
            return


def check_against_all(around: Place, *, within_m: int, limit: int) -> None:
    pages = list(all_pages(around, within_m=within_m, limit=limit))
    rows = [row for page in pages for row in page.rows]
    assert all(len(page.rows) == limit for page in pages[:-1])
    keys = [(row.distance_mm, row.bounty_id) for row in rows]
    assert all(one < next_one for one, next_one in pairwise(keys))
    truth = {
        bounty.id: distance_m(around, Place.of_e7(bounty.latitude_e7, bounty.longitude_e7))
        for bounty in Bounty.objects.all()
    }
    for row in rows:
        assert row.distance_m == pytest.approx(truth[row.bounty_id], abs=0.001)
        check_bearing(around, row)
    found = {row.bounty_id for row in rows}
    assert {key for key, metres in truth.items() if metres <= within_m - 0.001} <= found
    assert found <= {key for key, metres in truth.items() if metres <= within_m + 0.001}


def check_bearing(around: Place, row: Found) -> None:
    # At a few metres a centimetre, which is what a stored place is rounded to, is a large angle.
    if row.distance_m > 1:
        assert abs(math.remainder(way(around, row.place).bearing - row.bearing, 360)) < 1e-4


class AnyWorld(TestCase):
    buyer: Agent

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(centres, steps, st.sampled_from([1, 3, 10]), st.sampled_from([1, 1_000, 50_000, 100_000]))
    @example(Place(90, 0), [(float(each), 10_000.0) for each in range(0, 360, 10)], 3, 50_000)
    @example(Place(0, 180), [(90.0, 700.0), (270.0, 700.0)] * 20, 3, 1_000)
    @example(Place(80, 0), [(180.0 * (each % 2), 49_000.0 + each) for each in range(40)], 10, 50_000)
    @example(Place(0.0, 5.3e-171), [(0.0, 0.0)], 1, 1)  # squared, it underflows
    def test_every_page_is_right(
        self, around: Place, world: list[tuple[float, float]], limit: int, within: int
    ) -> None:
        buyer = make_agent()
        offer(buyer, [destination(around, bearing=bearing, metres=metres) for bearing, metres in world])
        check_against_all(around, within_m=within, limit=limit)


def test_many_bounties_on_one_spot_come_page_by_page(buyer: Agent) -> None:
    around = Place(40.758, -73.9855)
    spot = destination(around, bearing=200, metres=300)
    offer(buyer, [spot] * 57)
    offer(buyer, [destination(around, bearing=each * 7, metres=290 + each) for each in range(20)])
    check_against_all(around, within_m=50_000, limit=10)


def test_a_dense_town_takes_one_query_a_page(buyer: Agent) -> None:
    around = Place(48.2, 16.4)
    offer(buyer, [destination(around, bearing=each * 137.5, metres=10 * math.sqrt(each)) for each in range(500)])
    after = None
    for _ in range(5):
        with CaptureQueriesContext(connection) as queries:
            page = nearby(around=around, mode=Mode.LIVE, at=AT, after=after)
        assert len(queries) == 1
        after = page.next


def test_a_page_stays_the_same_when_another_is_posted_further_away(buyer: Agent) -> None:
    around = Place(1, 1)
    offer(buyer, [destination(around, bearing=10, metres=each * 100.0) for each in range(10)])
    first = nearby(around=around, mode=Mode.LIVE, at=AT, limit=5)
    offer(buyer, [destination(around, bearing=10, metres=450.0)])
    second = nearby(around=around, mode=Mode.LIVE, at=AT, limit=5, after=first.next)
    assert [round(row.distance_m) for row in first.rows + second.rows] == [
        0,
        100,
        200,
        300,
        400,
        450,
        500,
        600,
        700,
        800,
    ]


def test_the_last_page_says_that_it_is_the_last(buyer: Agent) -> None:
    around = Place(1, 1)
    offer(buyer, [destination(around, bearing=10, metres=each * 100.0) for each in range(5)])
    assert nearby(around=around, mode=Mode.LIVE, at=AT, limit=5).next is None
    assert nearby(around=around, mode=Mode.LIVE, at=AT, limit=4).next is not None


def test_nothing_near_is_an_empty_page(buyer: Agent) -> None:
    offer(buyer, [Place(10, 10)])
    assert nearby(around=Place(-30, 10), mode=Mode.LIVE, at=AT) == Page((), None)
