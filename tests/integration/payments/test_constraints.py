"""What the database refuses about payouts, whoever writes it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from market.accounts.models import Account
from market.ids import new_id
from market.ledger import house
from market.ledger.operations import post
from market.ledger.postings import Book
from market.payments.models import Payout, PayoutAccount

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)


def refused(sql: str, *arguments: Any) -> str:
    """The name of the constraint that refuses it."""
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, arguments)
    return str(error.value.__cause__.diag.constraint_name)  # type: ignore[union-attr]


@pytest.fixture
def paid(db: None) -> Payout:
    scout = Account.objects.create(kind="scout", mode="live")
    return Payout.objects.create(
        scout=scout,
        mode="live",
        rail="stripe",
        state="paid",
        amount_micros=2_000_000,
        requested_at=AT,
        ended_at=AT,
        reference="tr_1",
    )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("state = 'lost', ended_at = NULL", "payout_state_known"),
        ("amount_micros = 9999", "payout_amount_is_at_least_a_cent"),
        ("state = 'restricted', failure = ''", "payout_fails_for_a_reason"),
        ("ended_at = NULL", "payout_ends_at_a_moment"),
        ("state = 'short_of_funds'", "payout_ends_at_a_moment"),
        ("cost_micros = amount_micros", "payout_costs_less_than_it_is"),
        ("cost_micros = -1", "payout_costs_less_than_it_is"),
        ("attempt = 0", "payout_attempts_are_counted_from_one"),
        ("returned_micros = 2000000", "payout_returns_what_was_paid"),
        ("returned_micros = -1", "payout_returns_what_was_paid"),
        ("state = 'returned', returned_micros = 0", "payout_returns_what_was_paid"),
        ("state = 'returned', returned_micros = 1", "payout_returns_what_was_paid"),
    ],
)
def test_a_payout_says_nothing_impossible(paid: Payout, change: str, constraint: str) -> None:
    assert refused(f"UPDATE payments_payout SET {change} WHERE id = %s", paid.id) == constraint


def test_one_transfer_is_one_payout(paid: Payout) -> None:
    again = Payout(scout_id=paid.scout_id, mode="live", rail="stripe", state="paid", amount_micros=1_000_000)
    again.requested_at = again.ended_at = AT
    again.save()
    assert refused("UPDATE payments_payout SET reference = 'tr_1' WHERE id = %s", again.id) == "payout_reference_once"


STOP = "INSERT INTO payments_payoutstop (id, mode, findings, at, lifted_at, lifted_because) VALUES (%s,%s,%s,%s,%s,%s)"


def test_payouts_are_stopped_once_at_a_time(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(STOP, [new_id(), "live", "[]", AT, None, ""])
        cursor.execute(STOP, [new_id(), "live", "[]", AT, AT, "found"])
    assert refused(STOP, new_id(), "live", "[]", AT, None, "") == "payouts_stopped_once"


def test_payouts_go_on_for_a_reason(db: None) -> None:
    assert refused(STOP, new_id(), "live", "[]", AT, AT, "") == "payouts_resumed_for_a_reason"


@pytest.fixture
def connected(db: None) -> PayoutAccount:
    scout = Account.objects.create(kind="scout", mode="live")
    return PayoutAccount.objects.create(
        scout=scout, mode="live", country="US", stripe_id="acct_1", scheduled_at=AT, made_at=AT
    )


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("mode = 'test'", "payout_account_is_live"),
        ("state = 'happy'", "payout_account_state_known"),
        ("schedule = 'daily'", "payout_account_schedule_known"),
        ("country = 'us'", "payout_account_country_is_a_code"),
    ],
)
def test_a_payout_account_says_nothing_impossible(connected: PayoutAccount, change: str, constraint: str) -> None:
    assert refused(f"UPDATE payments_payoutaccount SET {change} WHERE id = %s", connected.id) == constraint


ACCOUNT = (
    "INSERT INTO payments_payoutaccount"
    " (id, scout_id, mode, country, stripe_id, state, requirements, bank_failure, schedule, scheduled_at, made_at)"
    " VALUES (%s, %s, 'live', 'US', %s, 'connecting', '[]', '', 'asked', %s, %s)"
)


def test_a_scout_has_one_open_payout_account(connected: PayoutAccount) -> None:
    assert refused(ACCOUNT, new_id(), connected.scout_id, "acct_2", AT, AT) == "payout_account_open_once"


def test_an_account_at_stripe_belongs_to_one_scout(connected: PayoutAccount) -> None:
    other = Account.objects.create(kind="scout", mode="live")
    assert refused(ACCOUNT, new_id(), other.id, "acct_1", AT, AT) == "payout_account_of_stripe_once"


def test_a_payout_account_is_in_the_mode_of_its_scout(db: None) -> None:
    player = Account.objects.create(kind="scout", mode="test")
    assert refused(ACCOUNT, new_id(), player.id, "acct_3", AT, AT) == "payout_account_scout"


def test_a_transaction_of_stripe_adds_up(db: None) -> None:
    sql = (
        "INSERT INTO payments_stripetransaction (id, kind, source, amount_cents, fee_cents, net_cents, created_at)"
        " VALUES ('txn_1', 'charge', '', 100, 3, 98, now())"
    )
    assert refused(sql) == "stripe_transaction_adds_up"


def test_an_entry_is_one_transaction_of_stripe(db: None) -> None:
    entry = house.stripe_fee(book=Book("live"), transaction="txn_1", amount_micros=10_000)
    entry_id = post([entry], at=AT)[0].entry_id
    sql = "INSERT INTO payments_stripetransaction VALUES (%s, 'stripe_fee', '', -1, 0, -1, now(), %s)"
    with connection.cursor() as cursor:
        cursor.execute(sql, ["txn_1", entry_id])
    with pytest.raises(IntegrityError, match="payments_stripetransaction_entry_id_key"), transaction.atomic():
        connection.cursor().execute(sql, ["txn_2", entry_id])


def test_a_reconciliation_that_drifts_says_what_it_found(db: None) -> None:
    sql = (
        "INSERT INTO payments_reconciliation (id, since_at, at, listed, matched, unmatched, available_cents,"
        " pending_cents, clearing_micros, in_transit_micros, suspense_micros, drift_micros, findings)"
        " VALUES (%s, now(), now(), 0, 0, 0, 0, 0, 0, 0, 0, 1, '[]')"
    )
    assert refused(sql, new_id()) == "reconciliation_says_what_it_found"


PAID = (
    "INSERT INTO payments_chainpayment (id, agent_id, mode, state, network, payer, nonce, amount_micros, signed,"
    " transaction, reason, begun_at)"
    " VALUES (%s, %s, 'live', 'settling', 'eip155:8453', '0x1', %s, %s, '{}', '', '', %s)"
)


def test_a_nonce_pays_once(db: None) -> None:
    agent = Account.objects.create(kind="agent", mode="live")
    with connection.cursor() as cursor:
        cursor.execute(PAID, [new_id(), agent.id, "0xa", 10_000, AT])
    assert refused(PAID, new_id(), agent.id, "0xa", 10_000, AT) == "chain_payment_nonce_once"
    assert refused(PAID, new_id(), agent.id, "0xb", 0, AT) == "chain_payment_amount_in_range"


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("mode = 'test'", "chain_payment_is_live"),
        ("state = 'lost', ended_at = now()", "chain_payment_ends_at_a_moment"),
        ("state = 'lost'", "chain_payment_state_known"),
        ("state = 'settled'", "chain_payment_ends_at_a_moment"),
    ],
)
def test_a_payment_on_a_chain_says_nothing_impossible(db: None, change: str, constraint: str) -> None:
    agent = Account.objects.create(kind="agent", mode="live")
    with connection.cursor() as cursor:
        cursor.execute(PAID, [new_id(), agent.id, "0xa", 10_000, AT])
    assert refused(f"UPDATE payments_chainpayment SET {change}") == constraint


def test_a_payment_on_a_chain_is_in_the_mode_of_its_agent(db: None) -> None:
    player = Account.objects.create(kind="agent", mode="test")
    assert refused(PAID, new_id(), player.id, "0xa", 10_000, AT) == "chain_payment_agent"
