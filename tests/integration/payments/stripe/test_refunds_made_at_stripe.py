"""Refunds that nobody here asked for: made in Stripe's dashboard, or by Stripe. Worked examples of who bears what."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from market.accounts.models import Account, Agent
from market.events.models import Event
from market.ledger import invariants
from market.ledger.models import Entry
from market.ledger.postings import AccountKind
from market.payments import debts, reconciling, refunds, top_ups
from market.payments.models import Payment, Refund, TopUp
from market.payments.refunds import NothingToRefund
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    asked,
    at_stripe,
    available,
    deliver,
    house,
    live_agent,
    page_of,
    spend,
    topped_up,
    work_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(twin: Twin) -> Account:
    twin.command("fund", amount=10_000)  # what the processing costs has to be there
    return live_agent()


def told(client: Client, twin: Twin) -> None:
    deliver(client, twin, order="shuffled", copies=2, seed=4)
    work_off()
    work_off()  # and what that asked for


def owed(agent: Account) -> int:
    return debts.owed(agent.id, "live")


def is_whole(twin: Twin, *, later: timedelta = timedelta()) -> bool:
    made = reconciling.reconcile(at=timezone.now() + later)
    assert (made.findings, made.drift_micros, made.unmatched, made.suspense_micros) == ([], 0, 0, 0)
    assert -house(AccountKind.STRIPE_CLEARING) == at_stripe(twin)
    return invariants.faults() == []


def is_frozen(agent: Account) -> bool:
    return Agent.objects.get(account=agent).frozen_at is not None


def test_what_is_there_is_debited(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    twin.command("refund", id=payment, amount=3_000)
    told(client, twin)
    refund = Refund.objects.get()
    assert (refund.state, refund.is_outside, refund.amount_micros) == ("paid", True, 30 * DOLLAR)
    assert (available(agent), owed(agent), is_frozen(agent)) == (70 * DOLLAR, 0, False)
    assert Entry.objects.latest("id").key.startswith("refund:rfd_")
    event = Event.objects.get(account=agent, type="deposit.refunded")
    assert (event.data["amount"], event.data["owed"]) == ("30.00", "0.00")
    assert is_whole(twin)


def test_what_was_spent_is_owed_until_money_comes(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    spend(agent, 80 * DOLLAR)
    twin.command("refund", id=payment)
    told(client, twin)
    assert (available(agent), owed(agent), is_frozen(agent)) == (0, 80 * DOLLAR, True)
    assert Refund.objects.get().owed_micros == 80 * DOLLAR
    assert is_whole(twin)
    # The next top-up pays the debt first, and what is over is free.
    topped_up(client, twin, agent, 100)
    work_off()
    assert (available(agent), owed(agent), is_frozen(agent)) == (20 * DOLLAR, 0, False)
    assert is_whole(twin)


def test_a_part_of_a_cent_is_taken_too(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    spend(agent, 50 * DOLLAR + 5_000)
    twin.command("refund", id=payment, amount=5_000)
    told(client, twin)
    assert (available(agent), owed(agent)) == (0, 5_000)
    assert is_whole(twin)


def test_the_processing_its_owner_had_paid_comes_back_from_the_house(
    agent: Account, client: Client, twin: Twin, settings: Settings
) -> None:
    settings.PROCESSING_PAID_BY = "owner"
    payment = topped_up(client, twin, agent, 25)
    assert house(AccountKind.PROCESSING_FEE) == 0
    twin.command("refund", id=payment)
    told(client, twin)
    refund = Refund.objects.get()
    assert (refund.amount_micros, refund.house_micros) == (26_060_000, 1_060_000)
    assert (available(agent), house(AccountKind.PROCESSING_FEE)) == (0, -1_060_000)
    assert Payment.objects.get().refunded_micros == 25 * DOLLAR
    assert is_whole(twin)


def test_told_by_no_webhook_it_is_found_at_night(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    twin.command("refund", id=payment, amount=3_000)
    assert is_whole(twin, later=timedelta(days=1))
    told(client, twin)
    assert (available(agent), Refund.objects.count()) == (70 * DOLLAR, 1)
    assert is_whole(twin, later=timedelta(days=2))


def test_told_before_the_payment_it_takes_both(agent: Account, client: Client, twin: Twin) -> None:
    paid = twin.pay(page_of(asked(agent, 25)))
    twin.command("refund", id=paid["payment_intent"], amount=500)
    deliver(client, twin, order="reversed")
    work_off()
    assert (available(agent), Payment.objects.count(), Refund.objects.count()) == (20 * DOLLAR, 1, 1)
    assert is_whole(twin)


@pytest.mark.parametrize("heard", [True, False])
def test_one_that_the_bank_sends_back_is_as_if_it_had_not_been(
    agent: Account, client: Client, twin: Twin, heard: bool
) -> None:
    payment = topped_up(client, twin, agent, 100)
    spend(agent, 80 * DOLLAR)
    made = twin.command("refund", id=payment)
    if heard:
        told(client, twin)
    twin.command("fail_refund", id=made["id"])
    told(client, twin)
    assert (available(agent), owed(agent), is_frozen(agent)) == (20 * DOLLAR, 0, False)
    assert (Refund.objects.get().state, Payment.objects.get().refunded_micros) == ("failed", 0)
    assert is_whole(twin, later=timedelta(days=2))


def test_it_counts_for_what_may_be_asked_back(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    topped_up(client, twin, agent, 25)
    twin.command("refund", id=payment, amount=6_000)
    told(client, twin)
    assert refunds.refundable(agent.id) == 65 * DOLLAR
    with pytest.raises(NothingToRefund):
        refunds.ask_refund(agent=agent, amount_micros=66 * DOLLAR, at=timezone.now())


def test_asked_for_here_and_made_there_at_once_one_of_them_goes(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    refunds.ask_refund(agent=agent, amount_micros=40 * DOLLAR, at=timezone.now())
    twin.command("refund", id=payment)
    told(client, twin)  # ours is sent too, and refused: nothing is left of the payment
    states = dict(Refund.objects.values_list("is_outside", "state"))
    assert states == {True: "paid", False: "failed"}
    assert (available(agent), owed(agent), is_frozen(agent)) == (0, 0, False)
    assert Payment.objects.get().refunded_micros == 100 * DOLLAR
    assert is_whole(twin, later=timedelta(days=2))


def test_a_frozen_agents_debt_goes_before_its_refunds(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 100)
    spend(agent, 80 * DOLLAR)
    twin.command("refund", id=payment)
    told(client, twin)
    twin.pay(page_of(asked(agent, 100)))
    top_up_payment = twin.all("pi")[0]["id"]
    top_ups.credit(payment_id=top_up_payment, at=timezone.now())
    with pytest.raises(refunds.NothingToRefund):
        refunds.ask_refund(agent=agent, amount_micros=101 * DOLLAR, at=timezone.now())
    refunds.ask_refund(agent=agent, amount_micros=20 * DOLLAR, at=timezone.now())
    assert (available(agent), owed(agent)) == (0, 0)


def test_one_of_no_payment_of_ours_is_left_to_the_operators(agent: Account, client: Client, twin: Twin) -> None:
    payment = topped_up(client, twin, agent, 25)
    Payment.objects.all().delete()
    TopUp.objects.all().delete()
    twin.command("refund", id=payment, amount=500)
    told(client, twin)
    assert Refund.objects.count() == 0
    made = reconciling.reconcile(at=timezone.now() + timedelta(hours=2))
    assert made.suspense_micros != 0
