"""The queue inside Postgres, as Celery's transport: kombu's own, with connections as we want them.

The pgmq client takes a connection string apart and keeps host, port, database, user and password: no TLS, no socket
folder with a space, no options. Here it is handed a pool instead.
"""

from typing import Any

import psycopg
from kombu.transport import TRANSPORT_ALIASES, pgmq
from pgmq import PGMQueue
from psycopg_pool import ConnectionPool


class _Waiter(pgmq._NotifyWaiter):  # noqa: SLF001  # there is no other way in
    def wait(self, timeout: float | None) -> bool:
        """Take all notifications that have come, not the first: kombu's own forgets the others of the same packet."""
        with self._lock:
            if self._closed or not self._channels:
                return False
            self._ensure_conn()
            connection: Any = self._conn
        try:
            return bool(list(connection.notifies(timeout=timeout, stop_after=1)))
        except (OSError, psycopg.OperationalError, psycopg.InterfaceError):
            self._drop_conn(connection)
            return False


class Transport(pgmq.Transport):
    def _create_pgmq_client(self) -> PGMQueue:
        options = self._options()
        pool = ConnectionPool(
            options["conn_string"],
            # A statement is a transaction: the client sends one at a time.
            kwargs={"autocommit": True},
            min_size=1,
            max_size=options["pool_size"],
            num_workers=1,
            timeout=options["pool_timeout"],
            check=ConnectionPool.check_connection,
            open=True,
        )
        return PGMQueue(pool=pool, vt=options["visibility_timeout"], init_extension=False)

    def _get_notify_waiter(self) -> Any:
        if self._notify_waiter is None:
            self._notify_waiter = _Waiter(self._options()["conn_string"])
        return self._notify_waiter

    def _options(self) -> dict[str, Any]:
        client: Any = self.client  # kombu's own types do not say that it is there
        return dict(client.transport_options)

    def close_connection(self, connection: Any) -> None:
        pool = None if self._pgmq_client is None else self._pgmq_client.pool
        try:
            super().close_connection(connection)
        finally:
            if pool is not None:  # the client closes only a pool that it has made
                pool.close()


def register() -> None:
    """Let `pgmq://` mean this transport."""
    TRANSPORT_ALIASES["pgmq"] = "market.queue:Transport"
