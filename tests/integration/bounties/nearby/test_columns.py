"""The generated columns and their indexes."""

import pytest
from django.db import DatabaseError, connection

from bounties.models import Bounty
from bounties.nearby.search import _statement
from bounties.places import Place, around_axis, project
from market.accounts.models import Agent, Mode
from tests.integration.bounties.nearby.world import offer

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


@pytest.mark.parametrize("mode", Mode)
def test_a_search_walks_the_index_of_its_own_mode(db: None, mode: Mode) -> None:
    statement = _statement(mode, frozenset(), 26, by_plane=True)
    moment = "2026-06-01T00:00Z"
    values = dict.fromkeys(statement.names, 1.0) | {"at": moment, "soon": moment}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement.text()}", values)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"bounty_spot_{mode}" in plan
    assert "Order By: (spot <-> " in plan
    assert "Sort" not in plan
