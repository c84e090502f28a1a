"""What beat calls. What is due and what is done about it, `sweeps.py` says."""

from bounties import sweeps
from market.celery import app
from market.clock import now


@app.task
def sweep_claims() -> None:
    sweeps.sweep_claims(at=now())


@app.task
def sweep_bounties() -> None:
    sweeps.sweep_bounties(at=now())


@app.task
def sweep_reviews() -> None:
    sweeps.sweep_reviews(at=now())


@app.task
def sweep_disputes() -> None:
    sweeps.sweep_disputes(at=now())


@app.task
def sweep_awards() -> None:
    sweeps.sweep_awards(at=now())
