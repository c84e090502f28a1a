"""The task queue. A message only wakes somebody up: work to be done is rows in Postgres, see market/work."""

import os
from typing import Any

import structlog
from celery import Celery, signals
from django.db import connections

from market import roles, tracing

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")

app = Celery("sightline")
app.config_from_object("market.broker")
app.autodiscover_tasks()


@signals.setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Connected so that Celery leaves the logging alone which the settings have set up."""


@signals.celeryd_init.connect
def _listen_for_messages(**_: Any) -> None:
    """The process that consumes is woken by notifications. All others only send, and must not listen."""
    app.conf.broker_transport_options["use_notify"] = True


@signals.worker_process_init.connect
def _leave_listening_to_the_parent(**_: Any) -> None:
    app.conf.broker_transport_options["use_notify"] = False


@signals.before_task_publish.connect
def _send_request_id(headers: dict[str, Any], **_: Any) -> None:
    request_id = structlog.contextvars.get_contextvars().get("request_id")
    if request_id:
        headers["request_id"] = request_id


@signals.task_prerun.connect
def _bind_request_id(task: Any, task_id: str, **_: Any) -> None:
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(
        task=task.name, task_id=task_id, request_id=task.request.get("request_id") or task_id
    )


@signals.worker_init.connect
def _be_the_worker(**_: Any) -> None:
    roles.play("worker", traced=False)  # it forks: what traces has threads, which stay behind


@signals.worker_process_init.connect
def _be_one_that_works(**_: Any) -> None:
    roles.play("worker")


@signals.beat_init.connect
def _be_the_clock(**_: Any) -> None:
    roles.play("beat")


@signals.worker_process_shutdown.connect
def _send_last_traces(**_: Any) -> None:
    tracing.stop()


@signals.task_prerun.connect
def _count_beginning(task: Any, task_id: str, **_: Any) -> None:
    from market.metrics import tasks  # noqa: PLC0415 - whoever only sends tasks counts none

    tasks.began(task=task.name, task_id=task_id)


@signals.task_postrun.connect
def _count_end(task: Any, task_id: str, state: str | None = None, **_: Any) -> None:
    from market.metrics import tasks  # noqa: PLC0415

    tasks.ended(task=task.name, task_id=task_id, outcome=state or "unknown")


@signals.task_prerun.connect
@signals.task_postrun.connect
def _give_connections_back(task: Any, **_: Any) -> None:
    """To the pool, which checks them when they are taken: a server that was away is noticed by nobody."""
    if not task.request.is_eager:
        connections.close_all()
