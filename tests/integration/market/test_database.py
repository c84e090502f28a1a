"""A pooled or kept connection is taken for alive without asking the server, and one whose server has gone is not."""

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.signals import request_finished, request_started
from django.db import connection
from psycopg_pool import ConnectionPool

from market.database import base
from market.database.base import DatabaseWrapper
from market.database.requests import look_at_ours_only

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
def keeping() -> Iterator[DatabaseWrapper]:
    """As a thread of a web worker has it."""
    options = {name: value for name, value in connection.settings_dict["OPTIONS"].items() if name != "pool"}
    settings = {**connection.settings_dict, "CONN_MAX_AGE": None, "OPTIONS": options}
    found = DatabaseWrapper(settings, alias="kept")
    yield found
    found.close()


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
    _end(process)
    assert _process(pooled) != process
    assert asked == [process]


def test_a_thread_keeps_its_connection_from_one_request_to_the_next(keeping: DatabaseWrapper, asked: list[int]) -> None:
    process = _process(keeping)
    keeping.close_if_unusable_or_obsolete()
    assert _process(keeping) == process
    assert keeping.connection in base.kept
    assert asked == []


def test_a_kept_connection_that_idled_is_asked(
    keeping: DatabaseWrapper, asked: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "ASKED_AFTER_SECONDS", 0.0)
    process = _process(keeping)
    keeping.close_if_unusable_or_obsolete()
    assert _process(keeping) == process
    assert asked == [process]


def test_a_kept_connection_whose_server_has_gone_is_replaced_where_a_request_begins(
    keeping: DatabaseWrapper, asked: list[int]
) -> None:
    process = _process(keeping)
    _end(process)
    keeping.close_if_unusable_or_obsolete()
    assert keeping.connection is None
    assert _process(keeping) != process
    assert asked == [process]


def test_what_a_thread_kept_ends_with_it(keeping: DatabaseWrapper) -> None:
    found: list[psycopg.Connection[Any]] = []

    def ask() -> None:
        keeping.connect()
        found.append(keeping.connection)

    keeping.inc_thread_sharing()  # the wrapper outlives the thread, as Django's does until garbage is collected
    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(30)
    assert found[0].closed
    assert found[0] not in base.kept
    keeping.connection = None


def _end(process: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 10000)", [process])
        assert cursor.fetchone() == (True,)


def test_where_a_request_begins_and_ends_the_one_database_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    monkeypatch.setattr(DatabaseWrapper, "close_if_unusable_or_obsolete", lambda self: looked.append(self.alias))
    for signal in (request_started, request_finished):
        monkeypatch.setattr(signal, "receivers", [*signal.receivers])
    look_at_ours_only()
    for signal in (request_started, request_finished):
        signal.send(sender=None)
    assert looked == ["default"] * 2  # and not once more by Django
    look_at_ours_only()
    request_started.send(sender=None)
    assert looked == ["default"] * 3


def test_what_is_planned_is_planned_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW plan_cache_mode")
        assert cursor.fetchone() == ("force_generic_plan",)
