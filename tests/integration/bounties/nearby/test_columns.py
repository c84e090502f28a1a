"""The generated columns and their indexes."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from bounties.models import Bounty
from bounties.nearby import reach
from bounties.nearby.plane import standpoint
from bounties.nearby.search import _statement
from bounties.places import Place, around_axis, destination, project
from market.accounts.models import Agent, Mode
from market.ids import new_id
from tests.integration.bounties.nearby.world import AT, offer

PLACES = [Place(0, 0), Place(90, 0), Place(-90, 180), Place(85.0511288, -180), Place(52.5200066, 13.4049540)]


@pytest.mark.parametrize("place", PLACES, ids=str)
def test_the_database_computes_what_the_geography_computes(buyer: Agent, place: Place) -> None:
    bounty = offer(buyer, [place])[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT spot[0], spot[1], axis[0], axis[1] FROM bounties_bounty WHERE id = %s", [bounty.id])
        found = cursor.fetchone()
    assert found == pytest.approx((*project(place), *around_axis(place.lat)), rel=1e-14, abs=1e-8)


@pytest.mark.parametrize("column", ["spot", "axis"])
def test_what_is_computed_cannot_be_written(buyer: Agent, column: str) -> None:
    bounty = offer(buyer, [Place(1, 2)])[0]
    with pytest.raises(DatabaseError, match="generated"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE bounties_bounty SET {column} = point(0, 0) WHERE id = %s", [bounty.id])


def test_a_place_that_moves_takes_its_spot_along(buyer: Agent) -> None:
    bounty = offer(buyer, [Place(1, 2)])[0]
    Bounty.objects.filter(pk=bounty.pk).update(latitude_e7=30_000_000)
    with connection.cursor() as cursor:
        cursor.execute("SELECT spot[1] FROM bounties_bounty WHERE id = %s", [bounty.id])
        (y,) = cursor.fetchone()
    assert y == pytest.approx(project(Place(3, 2))[1])


EVERYTHING = ("least_reward_micros", "closes_after", "media", "after_mm", "user_id", "account_id")


def test_whatever_is_wished_for_the_index_is_walked_outward(buyer: Agent) -> None:
    """And never is all within reach fetched and sorted, which is what the planner does when it trusts its guesses."""
    around = Place(50, 8)
    offer(buyer, [destination(around, bearing=each * 137.5, metres=20.0 * each) for each in range(4_000)])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE bounties_bounty")
    for plan in ("force_generic_plan", "force_custom_plan"):
        for given in ((), EVERYTHING, *((each,) for each in EVERYTHING)):
            explained = _plan(around, given, plan)
            assert "Index Only Scan using bounty_spot_live" in explained, (plan, given)
            assert "Order By: (spot <-> " in explained, (plan, given)
            assert "Sort" not in explained, (plan, given)


def _plan(around: Place, given: tuple[str, ...], plan: str) -> str:
    statement = _statement(Mode.LIVE, frozenset(given), by_plane=True)
    names = list(dict.fromkeys(statement.names))
    values = _values(around, names)
    text = statement.text() % {name: f"${number}" for number, name in enumerate(names, start=1)}
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL plan_cache_mode = {plan}")
        cursor.execute(f"PREPARE walk AS {text}")
        cursor.execute(f"EXPLAIN EXECUTE walk ({', '.join(['%s'] * len(names))})", values)
        explained = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("DEALLOCATE walk")
    return explained


def _values(around: Place, names: list[str]) -> list[Any]:
    x, y = project(around)
    plane_m = reach.on_plane(around, metres=50_000)
    assert plane_m is not None
    known: dict[str, Any] = {
        **standpoint(around),
        "west": x - plane_m,
        "east": x + plane_m,
        "south": y - plane_m,
        "north": y + plane_m,
        "rows": 26,
        "media": "photo",
        "least_reward_micros": 5,
        "after_mm": 1_000_000,
        "after_plane": 900.0,
        **dict.fromkeys(("at", "soon", "closes_after"), AT),
        **dict.fromkeys(("account_id", "user_id", "after_id"), new_id()),
    }
    return [known[name] for name in names]


@pytest.mark.parametrize("mode", Mode)
def test_each_mode_has_its_own_index(db: None, mode: Mode) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [f"bounty_spot_{mode}"])
        (definition,) = cursor.fetchone()
    assert "USING gist (spot)" in definition
    assert f"(mode)::text = '{mode}'" in definition
