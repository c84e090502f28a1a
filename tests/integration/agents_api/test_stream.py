"""The stream of events through the real ASGI process: in order, resumable, ended with its key, its house, its hour."""

import asyncio
import contextlib
import gc
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from agents_api import streaming
from market import asgi
from market.accounts.audit import CONSOLE
from market.accounts.models import Account, ApiKey
from market.accounts.operations.keys import issue_key
from market.events import waiting
from market.events.operations import append
from tests.integration.agents_api.test_first_steps import bearer, sign_up
from tests.integration.events.test_asgi import Request
from tests.waiters import assert_they_share_a_few, nothing_left_over

STREAM = "/v1/events/stream"
urls_of_the_waits = pytest.mark.urls("tests.integration.agents_api.urls_of_the_waits")


class Open(Request):
    """A client of a stream, that can hang up."""

    def __init__(self, key: str, query: str = "", **headers: str) -> None:
        super().__init__(STREAM, query)
        sent = {"host": "localhost", "authorization": f"Bearer {key}", "accept": "text/event-stream", **headers}
        self._scope["headers"] = [(k.replace("_", "-").encode(), v.encode()) for k, v in sent.items()]
        self._gone = asyncio.Event()
        self.headers: dict[str, str] = {}

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            return await super()._receive()
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _answer(self, message: Any) -> None:
        self.headers |= {k.decode().lower(): v.decode() for k, v in message.get("headers", [])}
        await super()._answer(message)

    def hang_up(self) -> None:
        self._gone.set()

    @property
    def events(self) -> list[dict[str, str]]:
        blocks = [block for block in self.body.decode().split("\n\n") if block.startswith("id: ")]
        return [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while True:
            if true():
                return
            await asyncio.sleep(0.01)


@contextlib.asynccontextmanager
async def opened(*streams: Open) -> Any:
    sending = [asyncio.create_task(each.send()) for each in streams]
    try:
        await until(lambda: all(each.body for each in streams))
        yield sending
    finally:
        for each in streams:
            each.hang_up()
        await asyncio.gather(*sending)


def in_the_house(test: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with asgi.routes.router.lifespan_context(asgi.routes):
            await test()

    with nothing_left_over():
        asyncio.run(asyncio.wait_for(whole(), 100))


async def in_a_thread(function: Callable[[], object]) -> None:
    def run() -> None:
        try:
            function()
        finally:
            connection.close()

    await sync_to_async(run, thread_sensitive=False)()


@dataclass
class Reader:
    """An agent and its key."""

    account: Account = field(default_factory=lambda: Account.objects.create(kind="agent", mode="test"))

    def __post_init__(self) -> None:
        self.issued = issue_key(account_id=self.account.id, by=CONSOLE, at=timezone.now())
        self.key = self.issued.text

    def revoke(self) -> None:
        ApiKey.objects.filter(account=self.account).update(revoked_at=timezone.now())

    def tell(self, *types: str) -> None:
        for each in types:
            with transaction.atomic():
                append(account_id=self.account.id, type=each, data={}, at=timezone.now())


@pytest.fixture
def reader(transactional_db: None) -> Reader:
    return Reader()


@urls_of_the_waits
def test_a_stream_tells_what_was_and_what_comes_and_goes_on_where_it_stopped(reader: Reader) -> None:
    reader.tell("bounty.opened", "claim.made")
    first = Open(reader.key)

    async def test() -> None:
        async with opened(first):
            await until(lambda: len(first.events) == 2)
            await in_a_thread(lambda: reader.tell("result.received", "result.accepted"))
            await until(lambda: len(first.events) == 4)
        second = Open(reader.key, last_event_id=first.events[1]["id"])
        async with opened(second):
            assert second.events == first.events[2:]
        third = Open(reader.key, query="after=" + first.events[2]["id"])
        async with opened(third):
            assert third.events == first.events[3:]

    in_the_house(test)
    assert first.headers["content-type"] == "text/event-stream"
    assert {"no-store", "no-transform"} <= set(first.headers["cache-control"].split(", "))
    types = ["bounty.opened", "claim.made", "result.received", "result.accepted"]
    assert [each["event"] for each in first.events] == types
    assert [json.loads(each["data"])["type"] for each in first.events] == types
    assert [json.loads(each["data"])["cursor"] for each in first.events] == [each["id"] for each in first.events]


@urls_of_the_waits
def test_a_revoked_keys_stream_ends_and_the_others_go_on(reader: Reader) -> None:
    revoked, other = Open(reader.key), Open(Reader().key)

    async def test() -> None:
        async with opened(revoked, other) as (ending, going_on):
            await in_a_thread(reader.revoke)
            began = asyncio.get_running_loop().time()
            await ending
            took = asyncio.get_running_loop().time() - began
            assert took < streaming.KEY_LOOK_SECONDS + 3  # the machine may be busy; the bound is the look
            assert not going_on.done()

    in_the_house(test)


@urls_of_the_waits
def test_when_the_house_closes_every_stream_ends_by_itself(reader: Reader) -> None:
    streams = [Open(Reader().key) for _ in range(3)]

    async def test() -> None:
        sending = [asyncio.create_task(each.send()) for each in streams]
        await until(lambda: all(each.body for each in streams))
        waits = waiting._waits
        assert waits is not None
        waits.end()
        await asyncio.gather(*sending)

    in_the_house(test)
    assert {each.status for each in streams} == {200}


@urls_of_the_waits
def test_a_silent_stream_beats_and_an_old_one_ends(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "HEARTBEAT_SECONDS", 0.1)
    monkeypatch.setattr(streaming, "LONGEST_SECONDS", 0.5)
    silent = Open(reader.key)

    async def test() -> None:
        await silent.send()  # ends without anybody hanging up

    in_the_house(test)
    assert silent.body.count(streaming.HEARTBEAT) >= 2
    assert silent.events == []


@urls_of_the_waits
def test_a_key_has_so_many_streams_and_one_that_was_closed_counts_no_more(reader: Reader) -> None:
    streams = [Open(reader.key) for _ in range(streaming.MOST_PER_KEY)]
    one_more, another, later = Open(reader.key), Open(Reader().key), Open(reader.key)

    async def test() -> None:
        async with opened(*streams) as sending:
            async with opened(one_more, another):
                pass
            streams[0].hang_up()
            await sending[0]
            gc.collect()
            async with opened(later):
                pass

    in_the_house(test)
    assert [each.status for each in (one_more, another, later)] == [429, 200, 200]
    refused = json.loads(one_more.body)
    assert (refused["code"], refused["retryable"]) == ("too_many_streams", True)
    assert one_more.headers["content-type"] == "application/problem+json"


@urls_of_the_waits
def test_many_streams_cost_neither_threads_nor_connections(monkeypatch: pytest.MonkeyPatch, reader: Reader) -> None:
    monkeypatch.setattr(streaming, "MOST_PER_KEY", 300)
    streams = [Open(reader.key) for _ in range(200)]

    async def test() -> None:
        async with opened(*streams):
            assert_they_share_a_few()
            await in_a_thread(lambda: reader.tell("bounty.opened"))
            await until(lambda: all(each.events for each in streams))

    in_the_house(test)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "headers", "status", "code"),
    [
        ("?after=nonsense", {}, 422, "invalid_cursor"),
        ("", {"Last-Event-ID": "nonsense"}, 422, "invalid_cursor"),
        ("?aftr=x", {}, 422, "unknown_field"),
        ("", {"Authorization": ""}, 401, "not_authenticated"),
    ],
)
def test_a_stream_that_cannot_begin_is_refused_as_json(
    client: Client, query: str, headers: dict[str, str], status: int, code: str
) -> None:
    key = sign_up(client)["key"]
    words = bearer(key) | {"Accept": "text/event-stream"} | headers
    answer = client.get(STREAM + query, headers=words)
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code


@pytest.mark.urls("tests.integration.agents_api.urls_of_the_workers")
@pytest.mark.django_db
def test_a_worker_that_cannot_wait_tells_what_there_is_and_ends(client: Client) -> None:
    reader = Reader()
    reader.tell("bounty.opened")
    answer = client.get(STREAM, headers=bearer(reader.key) | {"Accept": "text/event-stream"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/event-stream")
    assert answer.content.startswith(b"retry: ")
    assert answer.content.count(b"\nevent: bounty.opened\n") == 1
