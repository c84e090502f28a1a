"""What Celery calls. A message carries an id and nothing else: all there is to know is in the row."""

from uuid import UUID

from market import clock
from market.celery import app
from market.work import running, sweeping


@app.task
def run_work(work_id: str) -> None:
    running.run(work_id=UUID(work_id), at=clock.now())


@app.task
def sweep_work() -> None:
    sweeping.sweep(at=clock.now())


@app.task
def forget_old_work() -> None:
    sweeping.forget(at=clock.now())
