"""What Celery calls. A message carries an id and nothing else."""

from market.celery import app


@app.task
def run_work(work_id: str) -> None:
    """Look at one row of work."""


@app.task
def sweep_work() -> None:
    """Look for rows that nobody looks at."""
