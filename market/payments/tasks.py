"""What time does to real money. Without a Stripe key none of it happens."""

from django.db import transaction

from market.celery import app
from market.clock import now
from market.payments import automatic, debts, inbox, scheduling, stripe_gateway, top_ups
from market.payments.work import RECONCILE
from market.work.operations import enqueue


@app.task
def begin_payouts() -> None:
    if stripe_gateway.is_open():
        scheduling.begin_due(at=now())


@app.task
def reconcile() -> None:
    if stripe_gateway.is_open():
        with transaction.atomic():
            enqueue(kind=RECONCILE, subject=now().date().isoformat())


@app.task
def list_missed_events() -> None:
    if stripe_gateway.is_open():
        inbox.list_missed(at=now())


@app.task
def sweep_top_ups() -> None:
    if stripe_gateway.is_open():
        top_ups.sweep(at=now())
        debts.sweep(at=now())


@app.task
def top_up_by_itself() -> None:
    if stripe_gateway.is_open():
        automatic.sweep()
