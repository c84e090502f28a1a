"""Forgetting what is older than the promise, and what a cursor is told about it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from market.accounts.models import Account
from market.events import retention
from market.events.models import Event, Forgotten, Origin
from market.events.queries import CursorExpired, after
from market.events.tasks import forget_old_events
from market.ids import new_id
from tests.integration.events.conftest import tell, tell_from

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def tell_at(account: Account, type_: str, created_at: datetime) -> None:
    id_ = UUID(int=int(created_at.timestamp() * 1000) << 80 | new_id().int & (2**80 - 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (id, account_id, mode, type, data, at, created_at)"
            " VALUES (%s, %s, 'test', %s, '{}', now(), %s)",
            [id_, account.id, type_, created_at],
        )


@pytest.mark.parametrize("batch", [1, 2, 100])
def test_old_events_are_forgotten_and_young_ones_kept(
    account: Account, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", batch)
    for days in (400, 200, 91, 89, 1):
        tell_at(account, f"bounty.days_{days}", NOW - timedelta(days=days))
    assert retention.forget(at=NOW) == 3
    assert retention.forget(at=NOW) == 0
    kept = after(account_id=account.id, cursor=None).events
    assert [event.type for event in kept] == ["bounty.days_89", "bounty.days_1"]


def test_nothing_younger_than_thirty_days_is_ever_forgotten(account: Account) -> None:
    tell_at(account, "bounty.posted", NOW - timedelta(days=30))
    assert retention.forget(at=NOW) == 0


def test_a_cursor_before_what_was_forgotten_is_told_so(account: Account) -> None:
    for days in (300, 200, 10):
        tell_at(account, f"bounty.days_{days}", NOW - timedelta(days=days))
    first, second, _ = after(account_id=account.id, cursor=None).events
    retention.forget(at=NOW)
    with pytest.raises(CursorExpired):
        after(account_id=account.id, cursor=first.cursor)
    page = after(account_id=account.id, cursor=second.cursor)
    assert [event.type for event in page.events] == ["bounty.days_10"]


def test_a_quiet_account_loses_no_cursor_to_the_forgetting_of_others(account: Account) -> None:
    quiet = after(account_id=account.id, cursor=None).next
    other = Account.objects.create(kind="agent", mode="test")
    tell_at(other, "bounty.posted", NOW - timedelta(days=300))
    retention.forget(at=NOW)
    assert after(account_id=account.id, cursor=quiet).events == ()
    assert Forgotten.objects.get().account == other


def test_forgetting_leaves_the_door_shut_behind_it(committed: None, account: Account) -> None:
    tell_at(account, "bounty.posted", NOW - timedelta(days=300))
    retention.forget(at=NOW)
    tell(account, "bounty.posted")
    with pytest.raises(DatabaseError, match="only ever added"):
        Event.objects.all().delete()


def test_beat_forgets_by_the_clock(account: Account) -> None:
    tell_at(account, "bounty.posted", datetime.now(UTC) - timedelta(days=91))
    tell_at(account, "bounty.posted", datetime.now(UTC) - timedelta(days=89))
    forget_old_events()
    assert Event.objects.count() == 1


def test_a_restored_database_leaves_a_gap_above_every_cursor(account: Account) -> None:
    assert retention.notice_restore() is False
    tell(account, "bounty.posted")
    [kept] = after(account_id=account.id, cursor=None).events
    tell(account, "bounty.lost")
    lost = after(account_id=account.id, cursor=None).next
    assert retention.notice_restore() is False
    Origin.objects.update(server="another one")
    assert retention.notice_restore() is True
    assert retention.notice_restore() is False
    tell(account, "bounty.new")
    for cursor in (kept.cursor, lost):
        assert after(account_id=account.id, cursor=cursor).events[-1].type == "bounty.new"
    first, second = Event.objects.order_by("-position").values_list("position", flat=True)[:2]
    assert first - second > retention.GAP - 100


def test_a_transaction_open_across_the_gap_still_holds_readers_back(
    committed: None, account: Account, other_connection: Callable[[], psycopg.Connection]
) -> None:
    slow = other_connection()
    tell_from(slow, account, "bounty.first")
    retention.leave_gap()
    tell(account, "bounty.second")
    page = after(account_id=account.id, cursor=None)
    assert (page.events, page.held_back) == ((), True)
    slow.commit()
    types = [event.type for event in after(account_id=account.id, cursor=page.next).events]
    assert types == ["bounty.first", "bounty.second"]


@pytest.mark.django_db
def test_there_is_one_origin() -> None:
    with (
        pytest.raises(IntegrityError, match="event_origin_is_one"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO events_origin (id, server) VALUES (2, 'x')")
