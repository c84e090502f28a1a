"""A pooled connection is taken for alive without asking the server, and one whose server has gone is not."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from psycopg_pool import ConnectionPool

from market.database import base
from market.database.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled() -> Iterator[DatabaseWrapper]:
    """A pool of one connection, besides the test's own."""
    options = {**connection.settings_dict["OPTIONS"], "pool": {"min_size": 0, "max_size": 1, "timeout": 10}}
    found = DatabaseWrapper({**connection.settings_dict, "OPTIONS": options}, alias="pooled")
    yield found
    found.close()
    found.close_pool()


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which connections were asked whether they are alive, by their process at the server."""
    found: list[int] = []
    ask = ConnectionPool.check_connection

    def note(one: psycopg.Connection[Any]) -> None:
        found.append(one.info.backend_pid)
        ask(one)

    monkeypatch.setattr(ConnectionPool, "check_connection", staticmethod(note))
    return found


def _process(pooled: DatabaseWrapper) -> int:
    with pooled.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def test_a_connection_that_was_just_used_is_not_asked(pooled: DatabaseWrapper, asked: list[int]) -> None:
    process = _process(pooled)
    pooled.close()
    assert _process(pooled) == process
    assert asked == []


def test_a_connection_that_idled_is_asked(
    pooled: DatabaseWrapper, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "ASKED_AFTER_SECONDS", 0.0)
    process = _process(pooled)
    pooled.close()
    assert _process(pooled) == process
    assert asked == [process]


def test_a_connection_whose_server_has_gone_is_replaced(pooled: DatabaseWrapper, asked: list[int]) -> None:
    process = _process(pooled)
    pooled.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [process])
        assert cursor.fetchone() == (True,)
    assert _process(pooled) != process
    assert asked == [process]
