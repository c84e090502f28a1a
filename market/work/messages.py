"""The messages that wake a worker. Losing one costs time, never work: the sweep sends another."""

from collections.abc import Sequence
from uuid import UUID

import structlog
from kombu.exceptions import OperationalError

from market.celery import app

log = structlog.get_logger(__name__)

RUN = "market.work.tasks.run_work"


def send(work_ids: Sequence[UUID]) -> None:
    for number, work_id in enumerate(work_ids):
        try:
            app.send_task(RUN, args=[str(work_id)])
        except OperationalError as error:
            # The broker is away, for the others too. The sweep will find them.
            log.warning("wake-up of work lost", messages=len(work_ids) - number, error=str(error).strip())
            return
