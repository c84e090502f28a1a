"""Django's Postgres backend, which asks a pooled connection less often whether it is alive.

With CONN_HEALTH_CHECKS Django's pool asks the server before each request: a round trip that costs as much as reading a
row by its key. A server that has gone away has closed its connections, and a closed socket has something to read: the
kernel says so without asking anybody. The server is asked only by a connection that has something to read, or that
nobody has used for a while: whatever stands between may have forgotten it without a word.
"""

import select
import time
from typing import Any, Final
from weakref import WeakKeyDictionary

import orjson
import psycopg
from django.db.backends.postgresql import base, operations
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

ASKED_AFTER_SECONDS: Final = 5.0

set_json_loads(orjson.loads)  # for what `market.prepared` reads: the ORM reads JSON by itself

_returned: WeakKeyDictionary[psycopg.Connection[Any], float] = WeakKeyDictionary()


class DatabaseOperations(operations.DatabaseOperations):
    def last_executed_query(self, cursor: Any, sql: Any, params: Any) -> Any:
        """For Django's log of queries. Of one that was prepared, psycopg keeps no text."""
        return super().last_executed_query(cursor, sql, params) or str(sql)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_new_connection(self, conn_params: Any) -> Any:
        while True:
            connection = super().get_new_connection(conn_params)
            if self.pool is None or _is_alive(connection):
                return connection
            # The pool makes another one, and says itself when there has been no server for too long.
            connection.close()
            self.pool.putconn(connection)

    def _close(self) -> None:
        if self.connection is not None:
            _returned[self.connection] = time.monotonic()
        super()._close()  # type: ignore[misc]


def _is_alive(connection: psycopg.Connection[Any]) -> bool:
    returned = _returned.get(connection)
    if returned is None:
        return True  # made a moment ago
    if time.monotonic() - returned < ASKED_AFTER_SECONDS and not _has_something_to_read(connection):
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
