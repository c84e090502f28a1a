"""What beat calls for the feed."""

from market import clock
from market.celery import app
from market.events import retention


@app.task
def forget_old_events() -> None:
    retention.forget(at=clock.now())
