"""Requests, counted by the middleware. The labels are few by construction: whatever is asked for, no new ones arise."""

from functools import cache

from market.metrics import pool
from market.metrics.registry import Counter, Gauge, Histogram

GONE = 499  # the caller went away before there was an answer

_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)

_total = Counter(
    "sightline_requests",
    "Requests answered, by route as the urlconf writes it.",
    ("server", "method", "route", "status"),
)
# No status and no method here: a histogram is a dozen series for every combination of its labels. Waits are long on
# purpose; the server keeps them apart from what should be quick.
_seconds = Histogram("sightline_request_seconds", "How long requests took.", ("server", "route"), buckets=_SECONDS)
_in_flight = Gauge(
    "sightline_requests_in_flight", "Requests being answered now.", ("server",), multiprocess_mode="livesum"
)


# The client takes a lock to find them.
_flying, _counted, _timed = cache(_in_flight.labels), cache(_total.labels), cache(_seconds.labels)


def began(*, server: str) -> None:
    _flying(server).inc()
    pool.observe()


def ended(*, server: str, method: str, route: str, status: int, seconds: float) -> None:
    _flying(server).dec()
    _counted(server, method if method in _METHODS else "other", route, str(status)).inc()
    _timed(server, route).observe(seconds)
    pool.observe()
