"""Fixtures for every test. What has to be there before Django is, stands in tests/world.py."""

from collections.abc import Iterable, Iterator
from typing import cast

import pytest
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from psycopg.conninfo import make_conninfo

from market.celery import app
from market.config import config


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The queue is in the same database as everything else: in a test, in the test's database."""
    name = str(connection.settings_dict["NAME"])
    app.conf.broker_transport_options["conn_string"] = make_conninfo("", **{**config.database, "dbname": name})
    _let_tests_empty_the_tables()
    yield
    # The pool's connections would keep the test database from being dropped.
    cast(DatabaseWrapper, connection).close_pool()


def _let_tests_empty_the_tables() -> None:
    """Append-only tables refuse TRUNCATE, as they should. Only what empties them between two tests is let through."""
    empty = connection.ops.execute_sql_flush

    def empty_past_triggers(sql_list: Iterable[str]) -> None:
        empty(["SET session_replication_role = replica", *sql_list, "SET session_replication_role = origin"])

    connection.ops.execute_sql_flush = empty_past_triggers  # type: ignore[method-assign]
