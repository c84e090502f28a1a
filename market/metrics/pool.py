"""The state of this process's database connections, noted at most once a second as requests and tasks come and go."""

import time

from django.db import connections

from market.database.base import kept
from market.metrics.registry import Gauge

_LEAST_SECONDS = 1.0

_connections = Gauge(
    "sightline_database_pool_connections",
    "Database connections of all processes, by state.",
    ("state",),
    multiprocess_mode="livesum",
)
_waiting = Gauge(
    "sightline_database_pool_waiting",
    "Who waits for a database connection.",
    ("alias",),
    multiprocess_mode="livesum",
)
_next = 0.0


def observe() -> None:
    global _next  # noqa: PLW0603 - two threads that both pass in the same moment note the same thing twice
    now = time.monotonic()
    if now < _next:
        return
    _next = now + _LEAST_SECONDS
    pool = getattr(connections["default"], "pool", None)
    if pool is None:  # each thread keeps its own, and nobody waits for one
        _connections.labels("kept").set(len(kept))
        _waiting.labels("default").set(0)
        return
    stats = pool.get_stats()
    idle = stats.get("pool_available", 0)
    _connections.labels("idle").set(idle)
    _connections.labels("used").set(stats.get("pool_size", 0) - idle)
    _waiting.labels("default").set(stats.get("requests_waiting", 0))
