"""Tasks, counted by Celery's signals in the processes that run them."""

import time

from market.metrics import pool
from market.metrics.registry import Counter, Gauge, Histogram

_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 120.0)

_total = Counter("sightline_tasks", "Tasks run, by name and what became of them.", ("task", "outcome"))
_seconds = Histogram("sightline_task_seconds", "How long tasks took.", ("task",), buckets=_SECONDS)
_in_flight = Gauge("sightline_tasks_in_flight", "Tasks being run now.", ("task",), multiprocess_mode="livesum")

_began: dict[str, float] = {}


def began(*, task: str, task_id: str) -> None:
    _began[task_id] = time.perf_counter()
    _in_flight.labels(task).inc()
    pool.observe()


def ended(*, task: str, task_id: str, outcome: str) -> None:
    _in_flight.labels(task).dec()
    _total.labels(task, outcome.lower()).inc()
    if (start := _began.pop(task_id, None)) is not None:
        _seconds.labels(task).observe(time.perf_counter() - start)
    pool.observe()
