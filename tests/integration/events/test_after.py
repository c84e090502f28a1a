"""Reading the feed: in order, resumable, and never past what may still come."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import Max

from market.accounts.models import Account
from market.events import wakeups
from market.events.cursors import InvalidCursor
from market.events.models import Event
from market.events.queries import START, CursorExpired, Page, Reader, after, read, reader
from tests.integration.events.conftest import tell, tell_from

Connect = Callable[[], psycopg.Connection]
LOCK = "SELECT * FROM accounts_account WHERE id = %s FOR UPDATE"


def types(page: Page) -> list[str]:
    return [event.type for event in page.events]


def test_a_reader_without_a_cursor_begins_with_the_oldest(account: Account) -> None:
    for number in range(3):
        tell(account, f"bounty.step_{number}")
    page = after(account_id=account.id, cursor=None, limit=2)
    assert (types(page), page.more) == (["bounty.step_0", "bounty.step_1"], True)
    page = after(account_id=account.id, cursor=page.next, limit=2)
    assert (types(page), page.more) == (["bounty.step_2"], False)


def test_every_event_has_the_cursor_that_continues_after_it(account: Account) -> None:
    for number in range(4):
        tell(account, f"bounty.step_{number}")
    events = after(account_id=account.id, cursor=None, limit=10).events
    for number, event in enumerate(events):
        assert after(account_id=account.id, cursor=event.cursor, limit=10).events == events[number + 1 :]


def test_the_cursor_of_a_quiet_reader_moves_on(account: Account) -> None:
    other = Account.objects.create(kind="agent", mode="test")
    first = after(account_id=account.id, cursor=None, limit=10)
    tell(other, "bounty.posted")
    second = after(account_id=account.id, cursor=first.next, limit=10)
    assert (second.events, second.next == first.next) == ((), False)
    tell(account, "bounty.posted")
    assert types(after(account_id=account.id, cursor=second.next, limit=10)) == ["bounty.posted"]


def test_a_reader_sees_nothing_of_another_account(account: Account) -> None:
    other = Account.objects.create(kind="scout", mode="live")
    tell(other, "claim.made")
    assert after(account_id=account.id, cursor=None, limit=10).events == ()
    with pytest.raises(InvalidCursor):
        after(account_id=account.id, cursor=after(account_id=other.id, cursor=None, limit=10).next, limit=10)


def test_many_readers_are_answered_at_the_price_of_one(
    account: Account, django_assert_num_queries: Callable[[int], object]
) -> None:
    other = Account.objects.create(kind="agent", mode="test")
    tell(account, "bounty.posted")
    tell(other, "bounty.cancelled")
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        answers = read([Reader(other.id, START, 5), Reader(account.id, START, 5), Reader(other.id, START, 5)])
    assert [types(answer) for answer in answers if isinstance(answer, Page)] == [
        ["bounty.cancelled"],
        ["bounty.posted"],
        ["bounty.cancelled"],
    ]


def test_what_was_appended_first_and_commits_last_is_not_skipped(
    committed: None, account: Account, other_connection: Connect
) -> None:
    slow = other_connection()
    tell_from(slow, account, "bounty.first")
    tell(account, "bounty.second")
    polled = after(account_id=account.id, cursor=None, limit=10)
    assert (types(polled), polled.held_back) == ([], True)
    slow.commit()
    page = after(account_id=account.id, cursor=polled.next, limit=10)
    assert (types(page), page.held_back) == (["bounty.first", "bounty.second"], False)


def test_what_is_decided_is_told_while_something_later_is_open(
    committed: None, account: Account, other_connection: Connect
) -> None:
    tell(account, "bounty.first")
    slow = other_connection()
    tell_from(slow, account, "bounty.second")
    polled = after(account_id=account.id, cursor=None, limit=10)
    assert (types(polled), polled.held_back) == (["bounty.first"], False)
    slow.rollback()
    tell(account, "bounty.third")
    assert types(after(account_id=account.id, cursor=polled.next, limit=10)) == ["bounty.third"]


def test_a_long_transaction_of_another_account_holds_nobody_back(
    committed: None, account: Account, other_connection: Connect
) -> None:
    other = Account.objects.create(kind="agent", mode="test")
    tell_from(other_connection(), other, "bounty.first")
    tell(account, "bounty.posted")
    page = after(account_id=account.id, cursor=None, limit=10)
    assert (types(page), page.held_back) == (["bounty.posted"], False)


def test_a_cause_comes_before_its_effect_though_its_transaction_began_later(
    committed: None, account: Account, other_connection: Connect
) -> None:
    """Ordered by transaction id this would come out the wrong way round."""
    effect, cause = other_connection(), other_connection()
    effect.execute("SELECT pg_current_xact_id()")
    cause.execute(LOCK, [account.id])
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(
            effect.execute, "SELECT * FROM accounts_account WHERE id = %s FOR UPDATE", [account.id]
        )
        tell_from(cause, account, "bounty.cause")
        cause.commit()
        waiting.result(20)
    tell_from(effect, account, "bounty.effect")
    effect.commit()
    assert types(after(account_id=account.id, cursor=None, limit=10)) == ["bounty.cause", "bounty.effect"]


def test_what_a_savepoint_took_back_holds_nobody_back(
    committed: None, account: Account, other_connection: Connect
) -> None:
    slow = other_connection()
    slow.execute("SAVEPOINT before")
    tell_from(slow, account, "bounty.mistake")
    slow.execute("ROLLBACK TO SAVEPOINT before")
    tell(account, "bounty.posted")
    assert types(after(account_id=account.id, cursor=None, limit=10)) == ["bounty.posted"]
    tell_from(slow, account, "bounty.late")
    tell(account, "bounty.later")
    page = after(account_id=account.id, cursor=None, limit=10)
    assert (types(page), page.held_back) == (["bounty.posted"], True)
    slow.commit()
    assert types(after(account_id=account.id, cursor=page.next, limit=10)) == ["bounty.late", "bounty.later"]


def test_sixteen_writers_are_followed_without_a_gap_or_a_repetition(committed: None, account: Account) -> None:
    writers, each = 16, 40
    finished = threading.Event()

    def write(writer: int) -> None:
        with psycopg.connect(wakeups.conninfo()) as own:
            for number in range(each):
                tell_from(own, account, f"writer_{writer}.number_{number}")
                if number % 3 == 0:
                    tell_from(own, account, f"writer_{writer}.number_{number}_again")
                own.rollback() if number % 7 == 6 else own.commit()

    def follow() -> list[str]:
        seen: list[str] = []
        cursor = None
        try:
            while True:
                last_look = finished.is_set()
                page = after(account_id=account.id, cursor=cursor, limit=7)
                seen += types(page)
                cursor = page.next
                if last_look and not page.more:
                    return seen
        finally:
            connection.close()

    with ThreadPoolExecutor(writers + 1) as threads:
        follower = threads.submit(follow)
        for writing in [threads.submit(write, writer) for writer in range(writers)]:
            writing.result(60)
        finished.set()
        seen = follower.result(60)
    in_order = list(Event.objects.filter(account=account).order_by("position").values_list("type", flat=True))
    assert len(seen) == writers * sum(1 + (number % 3 == 0) for number in range(each) if number % 7 != 6)
    assert seen == in_order
    for writer in range(writers):
        own = [type_ for type_ in seen if type_.startswith(f"writer_{writer}.")]
        assert own == sorted(own, key=lambda type_: (int(type_.split("_")[2]), type_.endswith("again")))


def test_a_cursor_from_a_time_that_was_lost_is_refused(account: Account) -> None:
    tell(account, "bounty.posted")
    page = after(account_id=account.id, cursor=None, limit=10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('events_position', 1)")
    with pytest.raises(CursorExpired):
        after(account_id=account.id, cursor=page.next, limit=10)
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('events_position', %s)", [Event.objects.aggregate(last=Max("position"))["last"]])


def test_the_feed_is_not_read_in_an_old_snapshot(committed: None, account: Account, other_connection: Connect) -> None:
    frozen = other_connection()
    frozen.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    with pytest.raises(psycopg.DatabaseError, match="READ COMMITTED"):
        frozen.execute("SELECT events_after(%s, '{0}', '{1}')", [[account.id]])


def test_reading_stays_on_the_index_of_the_feed(account: Account) -> None:
    """However many events there are, a page costs its length: nothing is sorted and nobody else's row is touched."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT * FROM events_event WHERE account_id = %s AND position > 5 AND position <= 900"
            " ORDER BY position LIMIT 100",
            [account.id],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Scan using event_feed" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_page_has_a_size(account: Account, limit: int) -> None:
    with pytest.raises(ValueError, match="between 1 and"):
        reader(account_id=account.id, cursor=None, limit=limit)
