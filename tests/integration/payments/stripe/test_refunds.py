"""Unspent balance goes back to its own card, once; and what cannot go back is the agent's again. Worked examples."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from market.accounts.models import Account
from market.ledger import invariants
from market.ledger.models import Entry
from market.ledger.operations import InsufficientFunds
from market.ledger.postings import AccountKind
from market.payments import refunds
from market.payments.models import Payment, Refund
from market.payments.refunds import NothingToRefund
from market.payments.stripe_words import Unclear
from market.work.registry import TryLater
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    at_stripe,
    available,
    deliver,
    house,
    live_agent,
    spend,
    topped_up,
    work_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client, twin: Twin) -> Account:
    """It has paid in 25.00 and then 100.00: 23.97 and 96.80 lie at Stripe."""
    agent = live_agent()
    topped_up(client, twin, agent, 25)
    topped_up(client, twin, agent, 100)
    return agent


def ask(agent: Account, micros: int) -> list[Refund]:
    return refunds.ask_refund(agent=agent, amount_micros=micros, at=timezone.now())


def in_transit() -> int:
    """What the ledger has given up already, and Stripe has not been seen to move."""
    waiting = Refund.objects.filter(state__in=["requested", "sending"], transaction_id="")
    return sum(waiting.values_list("amount_micros", flat=True))


def agrees(twin: Twin) -> bool:
    """The books and Stripe say the same, less what is on its way."""
    return -house(AccountKind.STRIPE_CLEARING) == at_stripe(twin) - in_transit()


def test_what_is_not_spent_goes_back_to_its_cards(agent: Account, twin: Twin) -> None:
    made = ask(agent, 110 * DOLLAR)
    assert [each.amount_micros for each in made] == [100 * DOLLAR, 10 * DOLLAR]
    assert (available(agent), in_transit()) == (15 * DOLLAR, 110 * DOLLAR)
    assert agrees(twin)
    work_off()
    assert [each["amount"] for each in twin.all("re")] == [1_000, 10_000]
    assert {each.state for each in Refund.objects.all()} == {"paid"}
    assert (at_stripe(twin), in_transit()) == (10_770_000, 0)
    assert agrees(twin)
    assert invariants.faults() == []


def test_what_is_spent_or_was_never_paid_in_cannot_go_back(agent: Account, twin: Twin) -> None:
    spend(agent, 120 * DOLLAR)
    with pytest.raises(InsufficientFunds):
        ask(agent, 5 * DOLLAR + 10_000)
    assert Refund.objects.count() == 0
    assert sum(Payment.objects.values_list("refunded_micros", flat=True)) == 0
    ask(agent, 5 * DOLLAR)
    with pytest.raises(NothingToRefund):
        ask(agent, 120 * DOLLAR + 10_000)


@pytest.mark.parametrize("fault", ["drop", "drop_after", "limit", "away"])
def test_an_answer_that_is_not_clear_is_asked_for_again_and_refunds_once(
    agent: Account, twin: Twin, fault: str
) -> None:
    (refund,) = ask(agent, 30 * DOLLAR)
    twin.fault("POST /v1/refunds", fault)
    with pytest.raises(Unclear):
        refunds.send_refund(refund_id=refund.id, at=timezone.now())
    refunds.send_refund(refund_id=refund.id, at=timezone.now())
    assert len({each["key"] for each in twin.calls("POST /v1/refunds")}) == 1
    assert len(twin.all("re")) == 1
    assert agrees(twin)


@pytest.mark.parametrize("fault", ["fail", "fail_after"])
def test_after_the_life_of_its_key_it_is_looked_up_before_it_is_asked_again(
    agent: Account, twin: Twin, fault: str
) -> None:
    (refund,) = ask(agent, 30 * DOLLAR)
    twin.fault("POST /v1/refunds", fault)
    for _ in range(2):  # a failure is kept under its key, and comes again
        with pytest.raises(Unclear):
            refunds.send_refund(refund_id=refund.id, at=timezone.now())
    refunds.send_refund(refund_id=refund.id, at=timezone.now() + refunds.KEY_LIVES)
    assert len(twin.all("re")) == 1
    assert Refund.objects.get().state == "paid"
    assert agrees(twin)


def test_a_definite_refusal_gives_the_balance_back(agent: Account, twin: Twin) -> None:
    (refund,) = ask(agent, 30 * DOLLAR)
    twin.command("contest", id=refund.payment_id)
    refunds.send_refund(refund_id=refund.id, at=timezone.now())
    refund.refresh_from_db()
    assert (refund.state, refund.failure, available(agent)) == ("failed", "charge_disputed", 125 * DOLLAR)
    assert refund.payment.refunded_micros == 0


def test_too_little_of_our_own_at_stripe_is_tried_anew_under_another_key(agent: Account, twin: Twin) -> None:
    (refund,) = ask(agent, 30 * DOLLAR)
    twin.command("fund", amount=-12_000)
    with pytest.raises(TryLater):
        refunds.send_refund(refund_id=refund.id, at=timezone.now())
    twin.command("fund", amount=12_000)
    refunds.send_refund(refund_id=refund.id, at=timezone.now() + timedelta(hours=1))
    assert (Refund.objects.get().state, len(twin.all("re"))) == ("paid", 1)


@pytest.mark.parametrize("copies", [1, 3])
def test_a_refund_that_the_bank_sends_back_is_the_agents_balance_again(
    agent: Account, client: Client, twin: Twin, copies: int
) -> None:
    ask(agent, 30 * DOLLAR)
    work_off()
    (made,) = twin.all("re")
    twin.command("fail_refund", id=made["id"])
    deliver(client, twin, order="shuffled", copies=copies, seed=3)
    work_off()
    assert (available(agent), Refund.objects.get().state) == (125 * DOLLAR, "failed")
    assert [each.kind for each in Entry.objects.order_by("id")] == ["topup", "topup", "refund", "refund_back"]
    assert agrees(twin)
    # And it may be asked for again. What the processing of both has cost us has to be put there first.
    twin.command("fund", amount=500)
    ask(agent, 125 * DOLLAR)
    work_off()
    assert (available(agent), at_stripe(twin)) == (0, 770_000)
    assert house(AccountKind.STRIPE_CLEARING) == 4_230_000
