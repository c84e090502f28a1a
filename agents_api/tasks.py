"""What beat calls for the door."""

from agents_api import retention
from market.celery import app
from market.clock import now


@app.task
def forget_what_is_over() -> None:
    retention.forget(at=now())
