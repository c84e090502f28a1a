"""The feed as server-sent events, over the waits of the ASGI process: a stream costs a coroutine and nothing else.

What is true of a stream as long as it lasts is held here: how many a key may have, that it ends with its key, within
`KEY_LOOK_SECONDS` and the read that finds it out, and with the house. What stands in it is the feed's.
"""

import asyncio
import contextlib
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import ClassVar
from uuid import UUID
from weakref import WeakSet

from django.db import OperationalError
from django.http import StreamingHttpResponse

from agents_api.showing import events as showing
from agents_api.wire import JsonRenderer
from market import clock
from market.accounts import queries as accounts
from market.accounts.authentication import Caller
from market.errors import DomainError, Kind
from market.events import waiting
from market.events.queries import CursorExpired, Page

CONTENT_TYPE = "text/event-stream"

MOST_PER_KEY = 5
MOST = 2_000
HEARTBEAT_SECONDS = 15.0
KEY_LOOK_SECONDS = 0.75
# Then it ends, and whoever reads comes back with its last event id: no stream outlives many releases.
LONGEST_SECONDS = 3600.0
PAGE = 100
# A worker that cannot wait lets streams in too, that end at once.
_BEGINS_WITHIN_SECONDS = 5.0
# What a browser waits before it comes back.
BEGINNING = b"retry: 2000\n\n"
HEARTBEAT = b": still here\n\n"


class TooManyStreams(DomainError):
    """The key has as many streams open as it may."""

    code = "too_many_streams"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = f"Close one: a key has at most {MOST_PER_KEY} streams. One stream tells everything of its account."
    retryable = True


class StreamsFull(DomainError):
    """There are as many streams as this house can hold."""

    code = "streams_full"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    fix = "Read GET /v1/events?wait=45 meanwhile, or come back in a while."
    retryable = True


@dataclass(eq=False)
class Stream:
    """One that was let in. It counts while it flows, and the moment before; by no mishap for ever."""

    key_id: UUID
    account_id: UUID
    cursor: str
    entered: float = field(default_factory=time.monotonic)
    flows: bool = False
    ended: bool = False
    _end: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def counts(self) -> bool:
        return not self.ended and (self.flows or time.monotonic() - self.entered < _BEGINS_WITHIN_SECONDS)

    def end(self) -> None:
        self.ended = True
        self._end.set()

    async def next_page(self) -> Page | None:
        """What comes within a heartbeat; None when the stream ends first."""
        page = asyncio.ensure_future(
            waiting.wait_for_events(
                account_id=self.account_id, cursor=self.cursor, within=HEARTBEAT_SECONDS, limit=PAGE
            )
        )
        end = asyncio.ensure_future(self._end.wait())
        try:
            await asyncio.wait([page, end], return_when=asyncio.FIRST_COMPLETED)
            return None if self.ended else page.result()
        finally:
            for each in (page, end):
                each.cancel()
            await asyncio.gather(page, end, return_exceptions=True)


class Streams:
    """The streams of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: WeakSet[Stream] = WeakSet()
        self._watching: asyncio.Task[None] | None = None

    def enter(self, caller: Caller, cursor: str) -> Stream:
        stream = Stream(caller.key_id, caller.account_id, cursor)
        with self._lock:
            is_open = [each for each in self._open if each.counts]
            if len(is_open) >= MOST:
                raise StreamsFull("No more streams can be held just now.")
            if sum(each.key_id == caller.key_id for each in is_open) >= MOST_PER_KEY:
                raise TooManyStreams(f"This key has {MOST_PER_KEY} streams open.")
            self._open.add(stream)
        return stream

    def watch(self) -> None:
        """As long as there are streams: one question now and then, for the keys of all of them."""
        if self._watching is None or self._watching.done():
            self._watching = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        while is_open := self._now_open():
            await asyncio.sleep(KEY_LOOK_SECONDS)
            keys = {each.key_id for each in is_open}
            with contextlib.suppress(OperationalError):  # without a database nothing is streamed either
                valid = await waiting.ask(accounts.valid_keys, keys, at=clock.now())
                for each in self._now_open():
                    if each.key_id in keys - valid:
                        each.end()

    def _now_open(self) -> list[Stream]:
        with self._lock:
            return [each for each in self._open if each.flows and not each.ended]


streams = Streams()


class EventStream(StreamingHttpResponse):
    """The first events, and then whatever comes."""

    def __init__(self, stream: Stream, beginning: bytes) -> None:
        super().__init__(_written(stream, beginning), content_type=CONTENT_TYPE)
        self._stream = stream

    def close(self) -> None:
        super().close()
        self._stream.end()


async def _written(stream: Stream, beginning: bytes) -> AsyncIterator[bytes]:
    stream.flows = True
    streams.watch()
    over = asyncio.get_running_loop().time() + LONGEST_SECONDS
    try:
        yield beginning
        while not stream.ended and asyncio.get_running_loop().time() < over:
            try:
                page = await stream.next_page()
            except CursorExpired:
                return  # whoever comes back with it is told so
            except OperationalError:
                yield HEARTBEAT  # the database is away, and may be back
                continue
            if page is not None:
                stream.cursor = page.next
                yield written(page) or HEARTBEAT
            if waiting.is_closing():
                return
    finally:
        stream.end()


def written(page: Page) -> bytes:
    events, as_json = showing.page(page)["data"], JsonRenderer().render
    return b"".join(
        b"id: %s\nevent: %s\ndata: %s\n\n" % (each["cursor"].encode(), each["type"].encode(), as_json(each))
        for each in events
    )
