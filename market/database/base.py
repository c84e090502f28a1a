"""Django's Postgres backend, which asks a pooled connection less often whether it is alive.

With CONN_HEALTH_CHECKS Django's pool asks the server before each request: a round trip that costs as much as reading a
row by its key. A server that has gone away has closed its connections, and a closed socket has something to read: the
kernel says so without asking anybody. The server is asked only by a connection that has something to read, or that
nobody has used for a while: whatever stands between may have forgotten it without a word.

A thread of a web worker answers one request after another, and keeps a connection of its own (see the settings):
taking one from a pool and giving it back took a tenth of reading a bounty. It is looked at in the same way.
"""

import select
import threading
import time
from typing import Any, Final
from weakref import WeakKeyDictionary, WeakSet

import orjson
import psycopg
from django.db.backends.postgresql import base, operations
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

ASKED_AFTER_SECONDS: Final = 5.0

set_json_loads(orjson.loads)  # for what `market.prepared` reads: the ORM reads JSON by itself

# When a connection was last known to be alive: taken, given back, or asked.
_used: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()
# Those of threads that keep theirs.
kept: WeakSet[psycopg.Connection[Any]] = WeakSet()
_of_this_thread = threading.local()


class _EndsWithItsThread:
    """The web server ends threads that idle. Django's wrapper stands in a circle, so that what it holds would stay open
    until garbage is collected; what stands in a thread's own namespace goes with the thread.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection, self._kept = connection, kept
        kept.add(connection)

    def __del__(self) -> None:
        self._kept.discard(self._connection)
        self._connection.close()


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """For Django's log of queries. Of one that was prepared, psycopg keeps no text."""
        return super().last_executed_query(cursor, sql, params) or (
            sql.decode() if isinstance(sql, bytes) else str(sql)
        )


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: Any) -> Any:
        while True:
            connection = super().get_new_connection(conn_params)
            if self.pool is None:
                _used[connection] = time.monotonic()
                vars(_of_this_thread)[str(id(self))] = _EndsWithItsThread(connection)
                return connection
            if _is_alive(connection):
                return connection
            # The pool makes another one, and says itself when there has been no server for too long.
            connection.close()
            self.pool.putconn(connection)

    def close_if_unusable_or_obsolete(self) -> None:
        """Asked by Django where a request begins and where it ends."""
        super().close_if_unusable_or_obsolete()
        if self.connection is None or self.pool is not None or self.in_atomic_block:
            return
        if _is_alive(self.connection):
            _used[self.connection] = time.monotonic()
        else:
            self.close()

    def _close(self) -> None:
        if self.connection is not None:
            _used[self.connection] = time.monotonic()
            kept.discard(self.connection)
        super()._close()  # type: ignore[misc]


def _is_alive(connection: psycopg.Connection[Any]) -> bool:
    used = _used.get(connection)
    if used is None:
        return True  # made a moment ago
    if time.monotonic() - used < ASKED_AFTER_SECONDS and not _has_something_to_read(connection):
        return True
    try:
        ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True


def _has_something_to_read(connection: psycopg.Connection[Any]) -> bool:
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
