"""What the database refuses, whoever asks: each constraint broken with raw SQL."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from market.accounts import operations
from market.accounts.audit import STRANGER
from market.accounts.models import Mode
from market.ids import new_id
from tests.people import NOON, make_agent, make_operator, make_scout, make_user

pytestmark = pytest.mark.django_db


def _refused(constraint: str, sql: str, values: Sequence[Any] = ()) -> None:
    with pytest.raises(DatabaseError) as refusal:
        _run(sql, values)
    cause = refusal.value.__cause__
    assert cause is not None
    assert cause.diag.constraint_name == constraint  # type: ignore[attr-defined]


def _run(sql: str, values: Sequence[Any] = ()) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _account(kind: str, mode: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_account (id, kind, mode, clock_ahead) VALUES (%s, %s, %s, '0')",
            [new_id(), kind, mode],
        )
        cursor.execute("SELECT id FROM accounts_account ORDER BY id DESC LIMIT 1")
        return str(cursor.fetchone()[0])


ACCOUNT = "INSERT INTO accounts_account (id, kind, mode, clock_ahead) VALUES (%s, %s, %s, %s)"
KEY = (
    "INSERT INTO accounts_apikey (id, account_id, mode, label, secret_hash, scopes, networks) "
    "VALUES (%s, %s, %s, '', %s, %s, '{}')"
)
AUDIT = (
    "INSERT INTO accounts_audit (id, at, action, by, by_id, subject_id, reason, facts) "
    "VALUES (%s, now(), 'x', %s, %s, %s, '', '{}')"
)


@pytest.mark.parametrize(
    ("kind", "mode", "ahead", "constraint"),
    [
        ("owner", "test", "0", "account_kind_known"),
        ("agent", "real", "0", "account_mode_known"),
        ("agent", "live", "1 second", "account_clock_moves_in_test_mode_only"),
        ("agent", "test", "-1 second", "account_clock_moves_in_test_mode_only"),
    ],
)
def test_an_account_is_of_a_known_kind_and_mode(kind: str, mode: str, ahead: str, constraint: str) -> None:
    _refused(constraint, ACCOUNT, [new_id(), kind, mode, ahead])


def test_a_clock_only_goes_forward() -> None:
    account_id = make_agent().agent.pk
    operations.advance_clock(account_id=account_id, by=timedelta(days=2), at=NOON)
    sql = "UPDATE accounts_account SET clock_ahead = %s WHERE id = %s"
    _refused("account_clock_only_forward", sql, ["1 day", account_id])
    with connection.cursor() as cursor:
        cursor.execute(sql, ["3 days", account_id])


def test_an_account_with_a_moved_clock_does_not_become_live() -> None:
    account_id = make_scout().account_id
    operations.advance_clock(account_id=account_id, by=timedelta(days=2), at=NOON)
    sql = "UPDATE accounts_account SET mode = 'live' WHERE id = %s"
    _refused("account_clock_moves_in_test_mode_only", sql, [account_id])


def test_an_account_with_a_key_does_not_change_its_mode() -> None:
    account_id = make_agent().agent.pk
    sql = "UPDATE accounts_account SET mode = 'live' WHERE id = %s"
    _refused("key_of_its_accounts_mode", sql, [account_id])


@pytest.mark.parametrize(("of_account", "of_key"), [("test", "live"), ("live", "test")])
def test_a_key_is_of_its_accounts_mode(of_account: str, of_key: str) -> None:
    account_id = _account("agent", of_account)
    _refused("key_of_its_accounts_mode", KEY, [new_id(), account_id, of_key, b"0" * 32, ["read"]])


def test_a_key_belongs_to_an_agent() -> None:
    account_id = _account("scout", "test")
    _refused("key_of_an_agents_account", KEY, [new_id(), account_id, "test", b"0" * 32, ["read"]])


@pytest.mark.parametrize("scopes", [[], ["all"], ["read", "root"]])
def test_a_key_has_known_scopes(scopes: list[str]) -> None:
    _refused("key_scopes_known", KEY, [new_id(), _account("agent", "test"), "test", b"0" * 32, scopes])


def test_a_key_keeps_a_hash_and_nothing_else() -> None:
    values = [new_id(), _account("agent", "test"), "test", b"a secret in plain sight", ["read"]]
    _refused("key_secret_hash_is_sha256", KEY, values)


@pytest.mark.parametrize("column", ["per_call", "per_day", "per_month"])
def test_a_cap_is_not_negative(column: str) -> None:
    sql = f"UPDATE accounts_apikey SET {column}_micros = -1 WHERE id = %s"
    _refused(f"key_{column}_not_negative", sql, [make_agent().key.id])


def test_a_network_is_a_network() -> None:
    key_id = make_agent().key.id
    with pytest.raises(DatabaseError, match="invalid input syntax for type cidr"), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_apikey SET networks = '{somewhere}' WHERE id = %s", [key_id])


def test_a_key_is_replaced_once() -> None:
    made = make_agent()
    operations.rotate_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    other = operations.issue_key(account_id=made.agent.pk, by=STRANGER, at=NOON)
    sql = "UPDATE accounts_apikey SET replaces_id = %s WHERE id = %s"
    _refused("accounts_apikey_replaces_id_key", sql, [made.key.id, other.key.id])


def test_an_agent_has_an_agents_account() -> None:
    sql = "INSERT INTO accounts_agent (account_id, name, contact, claim_hash) VALUES (%s, 'x', '', %s)"
    _refused("agent_of_an_agents_account", sql, [_account("scout", "test"), b"0" * 32])


def test_an_agent_keeps_a_hash_of_its_claim_token_and_shares_it_with_none() -> None:
    sql = "INSERT INTO accounts_agent (account_id, name, contact, claim_hash) VALUES (%s, 'x', '', %s)"
    _refused("agent_claim_hash_is_sha256", sql, [_account("agent", "test"), b"in plain sight"])
    taken = bytes(make_agent().agent.claim_hash)
    _refused("accounts_agent_claim_hash_key", sql, [_account("agent", "test"), taken])


def test_an_owner_has_claimed() -> None:
    sql = "UPDATE accounts_agent SET owner_id = %s WHERE account_id = %s"
    _refused("agent_owner_has_claimed", sql, [make_user().id, make_agent().agent.pk])


def test_a_scout_has_a_scouts_account_of_the_same_mode() -> None:
    sql = "INSERT INTO accounts_scout (account_id, user_id, mode) VALUES (%s, %s, %s)"
    _refused("scout_of_a_scouts_account", sql, [_account("agent", "test"), make_user().id, "test"])
    _refused("scout_of_its_accounts_mode", sql, [_account("scout", "test"), make_user().id, "live"])


def test_a_person_is_one_scout_in_a_mode() -> None:
    scout = make_scout(Mode.LIVE)
    sql = "INSERT INTO accounts_scout (account_id, user_id, mode) VALUES (%s, %s, 'live')"
    _refused("scout_one_per_user_and_mode", sql, [_account("scout", "live"), scout.user_id])


def test_one_address_is_one_person_however_it_is_written() -> None:
    make_user("ada@example.org")
    sql = "INSERT INTO accounts_user (id, password, email, is_active) VALUES (%s, '!', 'ADA@example.org', true)"
    _refused("user_email_unique", sql, [new_id()])


def test_a_person_is_an_operator_once() -> None:
    operator = make_operator()
    sql = "INSERT INTO accounts_operator (user_id) VALUES (%s)"
    _refused("accounts_operator_pkey", sql, [operator.user_id])


@pytest.mark.parametrize("change", ["UPDATE accounts_audit SET reason = 'x'", "DELETE FROM accounts_audit"])
def test_the_audit_is_append_only(change: str) -> None:
    make_operator()
    _refused("audit_append_only", change)


def test_the_audit_is_never_emptied() -> None:
    make_operator()
    _refused("audit_append_only", "TRUNCATE accounts_audit")


@pytest.mark.parametrize(
    ("by", "by_id", "constraint"),
    [
        ("ghost", None, "audit_by_known"),
        ("user", None, "audit_names_who_it_can"),
        ("console", "0190d6c8-0000-7000-8000-000000000000", "audit_names_who_it_can"),
    ],
)
def test_the_audit_names_who_did_it(by: str, by_id: str | None, constraint: str) -> None:
    _refused(constraint, AUDIT, [new_id(), by, by_id, new_id()])
