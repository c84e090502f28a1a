"""What waiting in the ASGI process may cost, counted; and letting go of it afterwards."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper

from market import asgi
from market.events import wakeups


@contextmanager
def nothing_left_over() -> Iterator[None]:
    """Without what other tests have left in this process's pool, and without leaving anything in it."""
    cast(DatabaseWrapper, connection).close_pool()
    try:
        yield
    finally:
        for thread in asgi.handler.threads:
            thread.submit(connections.close_all).result()


def assert_they_share_a_few(*, asking: int = 1) -> None:
    """Threads and connections of this process, while many wait: the shared ones, one that asks, one that listens."""
    threads = [thread for thread in threading.enumerate() if thread.name.startswith(("shared-", "waits"))]
    assert len(threads) == asgi.SHARED_THREADS + asking
    with psycopg.connect(wakeups.conninfo()) as own:
        [(held,)] = own.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND application_name IN ('sightline', 'sightline waits')"
        ).fetchall()
    assert held <= asgi.SHARED_THREADS + 4
