"""What the database refuses about live money coming in, whoever asks and however: each rule is broken with raw SQL."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from market.accounts.models import Account
from market.payments import inbox, refunds
from market.payments.models import ChargeDispute, Payment
from market.payments.stripe_words import Notice
from tests.fakes.stripe_twin import Twin
from tests.integration.payments.stripe.paying import DOLLAR, live_agent, topped_up

pytestmark = pytest.mark.django_db

BORNE_BY_ITS_AGENT = "refund_is_borne_by_its_agent_unless_made_outside"


@pytest.fixture
def agent(client: Client, twin: Twin) -> Account:
    agent = live_agent()
    topped_up(client, twin, agent, 25, saves_card=True)
    refunds.ask_refund(agent=agent, amount_micros=5 * DOLLAR, at=timezone.now())
    return agent


def run(sql: str, *words: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, words)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("top_up_state_known", "payments_topup SET state = 'lost', ended_at = NULL"),
        ("top_up_way_known", "payments_topup SET way = 'cash'"),
        ("top_up_is_live", "payments_topup SET mode = 'test'"),
        ("top_up_amounts_in_range", "payments_topup SET amount_micros = 0"),
        ("top_up_amounts_in_range", "payments_topup SET surcharge_micros = -1"),
        ("top_up_ends_at_a_moment", "payments_topup SET ended_at = NULL"),
        ("payment_is_live", "payments_payment SET mode = 'test'"),
        ("payment_amounts_in_range", "payments_payment SET amount_micros = 0, refunded_micros = 0"),
        ("payment_amounts_in_range", "payments_payment SET paid_micros = amount_micros - 1"),
        ("payment_refunded_at_most_once", "payments_payment SET refunded_micros = amount_micros + 1"),
        ("payment_refunded_at_most_once", "payments_payment SET refunded_micros = -1"),
        ("refund_state_known", "payments_refund SET state = 'lost'"),
        ("refund_is_live", "payments_refund SET mode = 'test'"),
        ("refund_amount_above_nothing", "payments_refund SET amount_micros = 0"),
        ("refund_fails_for_a_reason", "payments_refund SET state = 'failed'"),
        (BORNE_BY_ITS_AGENT, "payments_refund SET house_micros = 1"),
        (BORNE_BY_ITS_AGENT, "payments_refund SET owed_micros = 1"),
        (BORNE_BY_ITS_AGENT, "payments_refund SET is_outside = true, owed_micros = -1"),
        (BORNE_BY_ITS_AGENT, "payments_refund SET is_outside = true, house_micros = amount_micros + 1"),
        ("saved_card_is_live", "payments_savedcard SET mode = 'test'"),
        ("saved_card_is_on_with_numbers", "payments_savedcard SET is_on = true"),
    ],
)
def test_a_row_that_says_what_cannot_be_is_refused(agent: Account, name: str, change: str) -> None:
    with pytest.raises(IntegrityError, match=name):
        run(f"UPDATE {change}")


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("payment_for_its_agent|top_up_agent", "payments_topup"),
        ("payment_for_its_agent|payment_agent|refund_of_its_agents_payment", "payments_payment"),
        ("refund_of_its_agents_payment|refund_agent", "payments_refund"),
    ],
)
def test_money_of_one_agent_is_never_anothers(agent: Account, name: str, table: str) -> None:
    with pytest.raises(IntegrityError, match=name):
        run(f"UPDATE {table} SET agent_id = %s", live_agent().id)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("top_up_agent", "payments_topup"),
        ("payment_agent", "payments_payment"),
        ("refund_agent", "payments_refund"),
        ("saved_card_agent", "payments_savedcard"),
    ],
)
def test_live_money_is_no_test_agents(agent: Account, name: str, table: str) -> None:
    test_agent = Account.objects.create(kind="agent", mode="test")
    others = "|payment_for_its_agent|refund_of_its_agents_payment"
    with pytest.raises(IntegrityError, match=name + others):
        run(f"UPDATE {table} SET agent_id = %s", test_agent.id)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("charge_dispute_is_live", "mode = 'test'"),
        ("charge_dispute_agent_bears_no_more_than_it", "agent_micros = amount_micros + 1"),
        ("charge_dispute_agent_bears_no_more_than_it", "agent_micros = -1"),
        ("charge_dispute_of_its_agents_payment", "agent_id = (SELECT id FROM accounts_account WHERE mode = 'test')"),
    ],
)
def test_a_contested_payment_is_one_of_its_agent(agent: Account, name: str, change: str) -> None:
    Account.objects.create(kind="agent", mode="test")
    payment = Payment.objects.get()
    ChargeDispute.objects.create(
        id="dp_1", payment=payment, agent=agent, mode="live", amount_micros=1, opened_at=timezone.now()
    )
    with pytest.raises(IntegrityError, match=name):
        run(f"UPDATE payments_chargedispute SET {change}")


def test_a_refund_at_stripe_is_one_of_ours(agent: Account) -> None:
    refunds.ask_refund(agent=agent, amount_micros=2 * DOLLAR, at=timezone.now())
    with pytest.raises(IntegrityError, match="refund_reference_once"):
        run("UPDATE payments_refund SET reference = 're_1'")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("stripe_event_source_known", "source = 'other'"),
        ("stripe_event_says_what", "type = ''"),
    ],
)
def test_an_event_says_where_it_came_from_and_what_it_is(db: None, name: str, change: str) -> None:
    notice = Notice("evt_1", "charge.succeeded", "ch_1", "", timezone.now(), is_thin=False)
    inbox.take_in(source="platform", notice=notice, at=timezone.now())
    with pytest.raises(IntegrityError, match=name):
        run(f"UPDATE payments_stripeevent SET {change}")
