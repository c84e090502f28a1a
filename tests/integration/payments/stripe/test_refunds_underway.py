"""Stripe may have begun a refund and not sent it, for weeks: it is not told as paid, and given back once if it fails.

Worked example: 100.00 paid in, 40.00 asked back. The balance at Stripe moves at once, or only when the refund is sent.
"""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from market.accounts.models import Account
from market.events.models import Event
from market.ledger import invariants
from market.payments import reconciling, refunds
from market.payments.models import PayoutStop, Refund
from market.work.models import Work
from market.work.registry import TryLater
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import DOLLAR, available, deliver, live_agent, topped_up, work_off

pytestmark = pytest.mark.django_db
BEGINNINGS = pytest.mark.parametrize("begins", [("pending", False), ("pending", True), ("requires_action", False)])
Begins = tuple[str, bool]


@pytest.fixture
def agent(client: Client, twin: Twin) -> Account:
    agent = live_agent()
    topped_up(client, twin, agent, 100)
    return agent


def underway(agent: Account, client: Client, twin: Twin, begins: Begins) -> Refund:
    state, booked = begins
    twin.command("refunds_begin", state=state, booked=booked)
    (refund,) = refunds.ask_refund(agent=agent, amount_micros=40 * DOLLAR, at=timezone.now())
    work_off()
    deliver(client, twin, copies=2)
    work_off()
    refund.refresh_from_db()
    return refund


def is_whole(*, days: int = 0) -> bool:
    found = reconciling.reconcile(at=timezone.now() + timedelta(days=days, hours=2))
    return (found.findings, found.drift_micros, found.suspense_micros, invariants.faults()) == ([], 0, 0, [])


@BEGINNINGS
def test_what_is_on_its_way_is_not_told_as_paid_and_stops_no_payouts(
    agent: Account, client: Client, twin: Twin, begins: Begins
) -> None:
    refund = underway(agent, client, twin, begins)
    assert (refund.state, refund.ended_at, refund.reference) == ("sending", None, twin.all("re")[0]["id"])
    assert available(agent) == 60 * DOLLAR
    assert is_whole()
    assert is_whole(days=20)
    assert not PayoutStop.objects.exists()


@BEGINNINGS
def test_it_arrives(agent: Account, client: Client, twin: Twin, begins: Begins) -> None:
    refund = underway(agent, client, twin, begins)
    twin.command("finish_refund", id=refund.reference)
    deliver(client, twin, copies=2)
    work_off()
    refund.refresh_from_db()
    assert (refund.state, available(agent), bool(refund.transaction_id)) == ("paid", 60 * DOLLAR, True)
    assert is_whole(days=2)


@BEGINNINGS
def test_it_fails_and_is_the_agents_balance_again_once(
    agent: Account, client: Client, twin: Twin, begins: Begins
) -> None:
    refund = underway(agent, client, twin, begins)
    twin.command("fail_refund", id=refund.reference, canceled=begins[0] == "requires_action")
    for again in (False, True):
        deliver(client, twin, copies=2, order="shuffled", again=again)
        work_off()
    refund.refresh_from_db()
    assert (refund.state, available(agent)) == ("failed", 100 * DOLLAR)
    assert Event.objects.filter(account=agent, type="refund.failed").count() == 1
    assert is_whole(days=2)
    assert refunds.refundable(agent.id) == 100 * DOLLAR


def test_what_no_webhook_tells_of_is_looked_at_by_its_own_id_and_asked_for_once(
    agent: Account, client: Client, twin: Twin
) -> None:
    refund = underway(agent, client, twin, ("pending", False))
    with pytest.raises(TryLater):
        refunds.send_refund(refund_id=refund.id, at=timezone.now() + refunds.KEY_LIVES)
    assert Work.objects.filter(kind=refunds.SEND, done_at=None).exists()
    twin.command("finish_refund", id=refund.reference)
    refunds.send_refund(refund_id=refund.id, at=timezone.now() + timedelta(days=9))
    refund.refresh_from_db()
    assert (refund.state, len(twin.calls("POST /v1/refunds"))) == ("paid", 1)


def test_one_made_at_stripe_is_debited_when_the_money_moves(agent: Account, client: Client, twin: Twin) -> None:
    twin.command("refunds_begin", state="pending")
    twin.command("refund", id=twin.all("pi")[0]["id"], amount=4_000)
    deliver(client, twin, copies=2)
    work_off()
    assert (available(agent), Refund.objects.count()) == (100 * DOLLAR, 0)
    twin.command("finish_refund", id=twin.all("re")[0]["id"])
    deliver(client, twin, copies=2)
    work_off()
    assert (available(agent), Refund.objects.get().state) == (60 * DOLLAR, "paid")
    assert is_whole(days=2)
