"""What beat calls for webhooks."""

from market.celery import app
from market.clock import now
from market.webhooks import sweeping


@app.task
def look_again() -> None:
    sweeping.look_again(at=now())


@app.task
def forget_old_deliveries() -> None:
    sweeping.forget(at=now())
