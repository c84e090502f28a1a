"""What the database refuses about payouts, whoever writes it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from market.accounts.models import Account
from market.ids import new_id
from market.payments.models import Payout

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
