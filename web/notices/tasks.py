"""What beat calls."""

from market.celery import app
from market.clock import now
from web.notices import operations


@app.task
def look_around() -> None:
    operations.look_around(at=now())


@app.task
def forget_old() -> None:
    operations.forget_old(at=now())
