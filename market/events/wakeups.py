"""Hints that something may have changed, from the process that changed it to the ones that wait.

A hint is sent after the commit and by another connection. NOTIFY inside the writing transaction would be exact, but it
takes a lock of the whole cluster and holds it through the commit's flush to disk: the writers would queue up behind
each other. So a hint may be lost (a crash between the commit and here, a server that goes away), and whoever waits
looks again from time to time all the same.

One thread per process sends what has gathered while it sent the last: a burst of commits is a few notifications.
"""

import atexit
import os
import threading
from functools import partial
from uuid import UUID

import psycopg
import structlog
from django.db import connection, transaction
from psycopg.conninfo import make_conninfo

log = structlog.get_logger(__name__)

CHANNEL = "sightline_wakeups"
# Topics go into one notification separated by spaces; Postgres takes payloads of less than 8,000 bytes.
LARGEST_PAYLOAD = 7_900
_LAST_WORDS_SECONDS = 1.0


def account_topic(account_id: UUID) -> str:
    return f"account:{account_id.hex}"


def wake(*topics: str) -> None:
    """Wake whoever waits for these topics once the current transaction is committed; at once where there is none."""
    transaction.on_commit(partial(_sender.send, topics), robust=True)


def conninfo() -> str:
    """Where Django's default connection leads, for connections of our own beside its pool."""
    wrapper = connection
    words = {
        name: value
        for name, value in wrapper.get_connection_params().items()
        if isinstance(value, str | int) and name not in ("client_encoding", "prepare_threshold")
    }
    return make_conninfo("", **words)


def close() -> None:
    """Send what is left, within a second, and let go of the connection. The next hint begins anew."""
    _sender.close()


class _Sender:
    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        self._something = threading.Condition()
        self._topics: dict[str, None] = {}
        self._thread: threading.Thread | None = None
        self._closing = False

    def send(self, topics: tuple[str, ...]) -> None:
        with self._something:
            self._topics.update(dict.fromkeys(topics))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, args=[conninfo()], name="wakeups", daemon=True)
                self._thread.start()
            self._something.notify()

    def close(self) -> None:
        if self._thread is None:
            return
        with self._something:
            self._closing = True
            self._something.notify()
        self._thread.join(_LAST_WORDS_SECONDS)
        self.begin_anew()

    def _run(self, where: str) -> None:
        own: psycopg.Connection | None = None
        try:
            while payload := self._next_payload():
                try:
                    if own is None or own.closed:
                        own = psycopg.connect(
                            where,
                            autocommit=True,
                            application_name="sightline wakeups",
                            connect_timeout=2,
                        )
                        own.execute("SET synchronous_commit TO off")
                    own.execute("SELECT pg_notify(%s, %s)", [CHANNEL, payload], prepare=True)
                except psycopg.Error as error:
                    # The waiters look again by themselves; a queue of old hints would help nobody.
                    log.warning("wake-up lost", error=str(error).strip())
                    if own is not None:
                        own.close()
                        own = None
        finally:
            if own is not None:
                own.close()

    def _next_payload(self) -> str:
        """As many topics as fit into one notification; empty when it is time to go."""
        with self._something:
            while not self._topics and not self._closing:
                self._something.wait()
            taken: list[str] = []
            length = 0
            for topic in self._topics:
                length += len(topic.encode()) + 1
                if length > LARGEST_PAYLOAD and taken:
                    break
                taken.append(topic)
            for topic in taken:
                del self._topics[topic]
            return " ".join(taken)


_sender = _Sender()
# A fork has the memory of its parent, but not its threads.
os.register_at_fork(after_in_child=_sender.begin_anew)
atexit.register(close)
