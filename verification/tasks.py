"""What beat calls: letting go of what is not kept for ever."""

from market.celery import app
from market.clock import now
from verification import operations


@app.task
def expire() -> None:
    at = now()
    operations.expire_originals(at=at)
    operations.forget_unfinished(at=at)
