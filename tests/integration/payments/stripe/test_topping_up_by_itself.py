"""A saved card tops an agent up below a threshold, up to a cap a month; and stops when the bank says no."""

from datetime import datetime, timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from market.accounts.models import Account, Agent
from market.payments import automatic, top_ups
from market.payments.automatic import CapTooLow, NoCardSaved
from market.payments.models import SavedCard, TopUp
from market.payments.stripe_words import Unclear
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import (
    DOLLAR,
    available,
    deliver,
    live_agent,
    spend,
    topped_up,
    work_off,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(client: Client, twin: Twin) -> Account:
    """It has 25.00 and a saved card: below 10.00 it is topped up by 30.00, at most 70.00 a month."""
    agent = live_agent()
    topped_up(client, twin, agent, 25, saves_card=True)
    automatic.switch_on(
        agent=agent, threshold_micros=10 * DOLLAR, amount_micros=30 * DOLLAR, monthly_cap_micros=70 * DOLLAR
    )
    work_off()
    return agent


def card_of(agent: Account) -> SavedCard:
    return SavedCard.objects.get(agent=agent)


def test_below_the_threshold_it_is_topped_up_until_the_cap(agent: Account, client: Client, twin: Twin) -> None:
    assert (available(agent), automatic.sweep()) == (25 * DOLLAR, 0)
    for _ in range(3):
        spend(agent, available(agent))
        assert automatic.sweep() == 1
        work_off()
    # Twice 30.00 is within 70.00 a month, three times is not.
    assert (available(agent), len(twin.calls("POST /v1/payment_intents"))) == (0, 2)
    deliver(client, twin)
    work_off()
    assert available(agent) == 0
    later = timezone.now() + timedelta(days=32)
    automatic.top_up_automatically(agent_id=agent.id, at=later)
    assert available(agent) == 30 * DOLLAR


@pytest.mark.parametrize("why", ["insufficient_funds", "authentication_required", "expired_card"])
def test_a_bank_that_says_no_stops_it_and_the_owner_gets_a_letter(
    agent: Account, client: Client, twin: Twin, mailoutbox: list[EmailMessage], why: str
) -> None:
    twin.command("card", method=card_of(agent).method, behaves=why)
    spend(agent, 20 * DOLLAR)
    automatic.sweep()
    work_off()
    deliver(client, twin, copies=2)
    work_off()
    card = card_of(agent)
    assert (card.is_on, card.stopped_because, automatic.sweep()) == (False, why, 0)
    assert (available(agent), len(twin.calls("POST /v1/payment_intents"))) == (5 * DOLLAR, 1)
    (letter,) = [each for each in mailoutbox if "could not be topped up" in each.subject]
    assert "Nothing was charged" in str(letter.body)
    assert TopUp.objects.get(way="automatic").state == "failed"


@pytest.mark.parametrize("fault", ["drop", "drop_after", "limit", "away"])
def test_an_answer_that_is_not_clear_charges_once(agent: Account, twin: Twin, fault: str) -> None:
    spend(agent, 20 * DOLLAR)
    twin.fault("POST /v1/payment_intents", fault)
    with pytest.raises(Unclear):
        automatic.top_up_automatically(agent_id=agent.id, at=timezone.now())
    for _ in range(2):
        automatic.top_up_automatically(agent_id=agent.id, at=timezone.now())
    assert available(agent) == 35 * DOLLAR
    assert len(twin.all("pi")) == 2


@pytest.mark.parametrize(("fault", "has"), [("fail", 5), ("fail_after", 35)])
def test_after_the_life_of_its_key_it_is_looked_up(agent: Account, twin: Twin, fault: str, has: int) -> None:
    spend(agent, 20 * DOLLAR)
    twin.fault("POST /v1/payment_intents", fault)
    with pytest.raises(Unclear):
        automatic.top_up_automatically(agent_id=agent.id, at=timezone.now())
    automatic.top_up_automatically(agent_id=agent.id, at=timezone.now() + top_ups.KEY_LIVES)
    assert available(agent) == has * DOLLAR
    assert len(twin.calls("POST /v1/payment_intents")) == 1


def test_a_payment_that_takes_its_time_is_credited_when_it_arrives(agent: Account, client: Client, twin: Twin) -> None:
    twin.command("card", method=card_of(agent).method, behaves="processing")
    spend(agent, 20 * DOLLAR)
    for _ in range(3):
        automatic.sweep()
        work_off()
    assert available(agent) == 5 * DOLLAR
    (waiting,) = [each for each in twin.all("pi") if each["status"] == "processing"]
    twin.command("finish", id=waiting["id"])
    deliver(client, twin)
    work_off()
    assert (available(agent), len(twin.all("pi"))) == (35 * DOLLAR, 2)


def test_a_card_that_is_forgotten_is_forgotten_at_stripe_too(agent: Account, twin: Twin) -> None:
    method = card_of(agent).method
    automatic.forget_card(agent=agent)
    assert not SavedCard.objects.exists()
    assert twin.command("object", wanted=method)["customer"] is None
    with pytest.raises(NoCardSaved):
        automatic.forget_card(agent=agent)


def test_a_cap_below_one_top_up_is_refused(agent: Account) -> None:
    with pytest.raises(CapTooLow):
        automatic.switch_on(
            agent=agent, threshold_micros=DOLLAR, amount_micros=30 * DOLLAR, monthly_cap_micros=29 * DOLLAR
        )


@pytest.mark.parametrize(("hours", "is_refused"), [(1, True), (23, True), (25, False)])
def test_a_new_agent_takes_in_no_more_than_so_much_a_day(twin: Twin, hours: int, is_refused: bool) -> None:
    agent, now = live_agent(), timezone.now()
    top_ups.ask_top_up(agent=agent, amount_micros=400 * DOLLAR, at=now)
    later: datetime = now + timedelta(hours=hours)
    if not is_refused:
        top_ups.ask_top_up(agent=agent, amount_micros=101 * DOLLAR, at=later)
        return
    top_ups.ask_top_up(agent=agent, amount_micros=100 * DOLLAR, at=later)
    with pytest.raises(top_ups.TopUpsTooFast) as refused:
        top_ups.ask_top_up(agent=agent, amount_micros=25 * DOLLAR, at=later)
    assert refused.value.retry_at == now + timedelta(days=1)


@pytest.mark.parametrize(("days", "limit"), [(29, 500), (31, 5_000)])
def test_who_has_paid_for_a_month_takes_in_more_a_day(agent: Account, days: int, limit: int) -> None:
    later = timezone.now() + timedelta(days=days)
    top_ups.ask_top_up(agent=agent, amount_micros=(limit - 25) * DOLLAR, at=later)
    with pytest.raises(top_ups.TopUpsTooFast, match=f"{limit}.00 in 24 hours"):
        top_ups.ask_top_up(agent=agent, amount_micros=26 * DOLLAR, at=later)
    top_ups.ask_top_up(agent=agent, amount_micros=25 * DOLLAR, at=later)


@pytest.mark.parametrize(("fault", "has"), [("drop", 5), ("drop_after", 35)])
def test_what_a_crash_left_open_is_looked_up_and_not_charged_once_the_agent_is_frozen(
    agent: Account, twin: Twin, mailoutbox: list[EmailMessage], fault: str, has: int
) -> None:
    spend(agent, 20 * DOLLAR)
    twin.fault("POST /v1/payment_intents", fault)
    with pytest.raises(Unclear):
        automatic.top_up_automatically(agent_id=agent.id, at=timezone.now())
    Agent.objects.filter(account=agent).update(frozen_at=timezone.now())
    automatic.top_up_automatically(agent_id=agent.id, at=timezone.now())
    work_off()
    assert (available(agent), len(twin.calls("POST /v1/payment_intents"))) == (has * DOLLAR, 1)
    told = [str(each.body) for each in mailoutbox if "could not be topped up" in each.subject]
    assert [each.startswith("We have not asked your bank for") for each in told] == ([True] if has == 5 else [])
