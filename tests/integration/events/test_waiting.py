"""Waiting in the ASGI process: woken by a commit, cheap by the thousand, and not ended by a database that goes away."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.db import connection, transaction

from market.accounts.models import Account
from market.events import waiting, wakeups
from market.events.cursors import InvalidCursor
from market.events.queries import Page, after
from tests.integration.events.conftest import tell, tell_from

Connect = Callable[[], psycopg.Connection]
LONG = 60.0  # much longer than a test takes: who returns earlier was woken

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def slow_look(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody finds anything by looking again: only by being woken."""
    monkeypatch.setattr(waiting, "SLOW_LOOK_SECONDS", LONG)
    yield
    wakeups.close()


@asynccontextmanager
async def house() -> AsyncIterator[None]:
    """A process that listens, once it does."""
    async with waiting.listening():
        await until(is_listening)
        yield


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while True:
            if await sync_to_async(condition, thread_sensitive=False)():
                return
            await asyncio.sleep(0.01)


def count_backends(name: str) -> int:
    with psycopg.connect(wakeups.conninfo()) as own:
        row = own.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s"
            " AND state = 'idle' AND (%s <> 'sightline waits' OR query LIKE 'LISTEN%%')",
            [name, name],
        ).fetchone()
    assert row is not None
    return int(row[0])


def is_listening() -> bool:
    return count_backends("sightline waits") == 1


def run(test: Awaitable[None]) -> None:
    async def within_time() -> None:
        async with asyncio.timeout(60):
            await test

    asyncio.run(within_time())


async def tell_later(account: Account, type_: str) -> None:
    await sync_to_async(in_a_thread, thread_sensitive=False)(tell, account, type_)


def in_a_thread(function: Callable[..., object], *args: object) -> None:
    try:
        function(*args)
    finally:
        connection.close()


def types(page: Page) -> list[str]:
    return [event.type for event in page.events]


def test_what_is_there_is_answered_at_once(account: Account) -> None:
    tell(account, "bounty.posted")

    async def test() -> None:
        async with house():
            page = await waiting.wait_for_events(account_id=account.id, cursor=None, within=LONG)
            assert types(page) == ["bounty.posted"]

    run(test())


def test_a_waiter_is_woken_by_the_commit(account: Account) -> None:
    async def test() -> None:
        async with house():
            waiter = asyncio.create_task(waiting.wait_for_events(account_id=account.id, cursor=None, within=LONG))
            await waiting.ask(lambda: None)  # behind the waiter's first look
            await tell_later(account, "bounty.posted")
            assert types(await waiter) == ["bounty.posted"]

    run(test())


def test_a_waiter_whose_event_was_held_back_is_told_when_the_other_comes_to_nothing(
    account: Account, other_connection: Connect
) -> None:
    slow = other_connection()
    tell_from(slow, account, "bounty.never")

    async def test() -> None:
        async with house():
            waiter = asyncio.create_task(waiting.wait_for_events(account_id=account.id, cursor=None, within=LONG))
            await tell_later(account, "bounty.posted")
            assert not (await waiting.ask(lambda: after(account_id=account.id, cursor=None))).events
            slow.rollback()
            assert types(await waiter) == ["bounty.posted"]

    run(test())


def test_time_that_is_up_is_answered_with_a_cursor_to_go_on_from(account: Account) -> None:
    async def test() -> None:
        async with house():
            page = await waiting.wait_for_events(account_id=account.id, cursor=None, within=0.01)
            assert page.events == ()
            await tell_later(account, "bounty.posted")
            page = await waiting.wait_for_events(account_id=account.id, cursor=page.next, within=LONG)
            assert types(page) == ["bounty.posted"]

    run(test())


def test_a_hint_that_got_lost_is_made_up_for_by_looking_again(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "SLOW_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(wakeups, "CHANNEL", "nobody_listens_here")

    async def test() -> None:
        async with waiting.listening():
            monkeypatch.setattr(wakeups, "CHANNEL", "nor_here")
            waiter = asyncio.create_task(waiting.wait_for_events(account_id=account.id, cursor=None, within=LONG))
            await tell_later(account, "bounty.posted")
            assert types(await waiter) == ["bounty.posted"]

    run(test())


def test_the_listener_comes_back_when_its_connection_is_cut(account: Account) -> None:
    def cut() -> None:
        with psycopg.connect(wakeups.conninfo()) as own:
            own.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'sightline waits'"
            )

    async def test() -> None:
        async with house():
            waiter = asyncio.create_task(waiting.wait_for_events(account_id=account.id, cursor=None, within=LONG))
            await waiting.ask(cut)
            await tell_later(account, "bounty.posted")
            assert types(await waiter) == ["bounty.posted"]  # told while nobody listened, or after
            await until(is_listening)

    run(test())


def test_a_topic_wakes_whoever_waits_for_it_and_nobody_else() -> None:
    looks = {"bounty:1": 0, "bounty:2": 0}
    versions: dict[str, int] = {}

    def look(topic: str) -> Callable[[], Awaitable[int | None]]:
        async def count() -> int | None:
            looks[topic] += 1
            return versions.get(topic)

        return count

    def change() -> None:
        versions["bounty:1"] = 7
        with transaction.atomic():
            wakeups.wake("bounty:1")

    async def test() -> None:
        async with house():
            first = asyncio.create_task(waiting.wait_until("bounty:1", look("bounty:1"), within=LONG))
            second = asyncio.create_task(waiting.wait_until("bounty:2", look("bounty:2"), within=LONG))
            await until(lambda: looks == {"bounty:1": 1, "bounty:2": 1})
            await sync_to_async(in_a_thread, thread_sensitive=False)(change)
            assert await first == 7
            assert not second.done()
        assert await second is None  # the house closes: whoever still waits is answered

    run(test())
    assert looks == {"bounty:1": 2, "bounty:2": 2}


def test_a_transaction_that_is_rolled_back_wakes_nobody(account: Account) -> None:
    sent: list[tuple[str, ...]] = []

    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(wakeups._sender, "send", sent.append)
        wakeups.wake("bounty:1")
        transaction.set_rollback(True)
    assert sent == []


def test_a_burst_of_topics_becomes_few_notifications(other_connection: Connect) -> None:
    listener = other_connection()
    listener.autocommit = True
    listener.execute(f"LISTEN {wakeups.CHANNEL}")
    topics = {f"bounty:{number:032d}" for number in range(1_000)}
    wakeups.wake(*topics)
    heard: set[str] = set()
    notifications = 0
    for notification in listener.notifies(timeout=20):
        notifications += 1
        heard.update(notification.payload.split(" "))
        if heard == topics:
            break
    assert heard == topics
    assert notifications == -(-1_000 * 40 // wakeups.LARGEST_PAYLOAD)


def test_a_process_that_does_not_listen_answers_at_once(account: Account) -> None:
    wait = async_to_sync(waiting.wait_for_events)
    assert wait(account_id=account.id, cursor=None, within=LONG).events == ()
    tell(account, "bounty.posted")
    assert types(wait(account_id=account.id, cursor=None, within=LONG)) == ["bounty.posted"]


def test_a_cursor_that_is_none_is_refused_before_waiting(account: Account) -> None:
    async def test() -> None:
        async with house():
            with pytest.raises(InvalidCursor):
                await waiting.wait_for_events(account_id=account.id, cursor="nonsense", within=LONG)

    run(test())


def test_a_thousand_waiters_cost_one_thread_and_two_connections() -> None:
    accounts = Account.objects.bulk_create([Account(kind="agent", mode="test") for _ in range(1_000)])

    async def test() -> None:
        threads_before = threading.active_count()
        async with house():
            waiters = [
                asyncio.create_task(waiting.wait_for_events(account_id=account.id, cursor=None, within=LONG))
                for account in accounts
            ]
            await asyncio.sleep(0)
            await waiting.ask(lambda: None)
            await waiting.ask(lambda: None)
            assert not any(waiter.done() for waiter in waiters)
            with psycopg.connect(wakeups.conninfo()) as own:
                backends = own.execute(
                    "SELECT application_name, count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    " AND pid <> pg_backend_pid() AND application_name <> 'sightline wakeups' GROUP BY 1"
                ).fetchall()
            assert ("sightline waits", 1) in backends
            threads = [thread.name for thread in threading.enumerate() if thread.name.startswith("waits")]
            assert len(threads) == 1
            assert threading.active_count() - threads_before <= 8  # that one, and the pool's own few
            for account in accounts[::10]:
                await tell_later(account, "bounty.posted")
            woken = await asyncio.gather(*waiters[::10])
            assert all(types(page) == ["bounty.posted"] for page in woken)
            assert sum(waiter.done() for waiter in waiters) == len(woken)

    run(test())
