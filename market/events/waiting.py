"""Waiting for something to happen, in the ASGI process: cheap for a thousand at once.

One connection of the process listens for hints (see wakeups.py); one thread asks the database for all who wait, many
questions in one. A waiter costs a coroutine, no thread and no connection. Hints may get lost, so whoever waits looks
again from time to time; and a hint may come before what it hints at may be told, so a look that was held back is
repeated soon.

In a process that does not listen (a WSGI worker, a command), waiting answers at once with what there is.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from contextvars import Context
from functools import partial
from typing import ParamSpec, TypeVar
from uuid import UUID

import psycopg
import structlog
from asgiref.sync import sync_to_async
from django.db import OperationalError, connection
from psycopg.conninfo import make_conninfo

from market.events import queries, wakeups
from market.events.queries import CursorExpired, Page, Reader

log = structlog.get_logger(__name__)

# What bounds the delay when a hint got lost.
SLOW_LOOK_SECONDS = 5.0
# What bounds the delay when an event was held back by a transaction that then came to nothing.
HELD_BACK_SECONDS = 0.05
# What the house waits for those who wait, when it closes. It has ten seconds before it is killed.
LAST_LOOKS_SECONDS = 5.0
_RECONNECT_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
# A connection whose other end vanished without a word is found out within about half a minute.
_KEEPALIVES = {"keepalives": "1", "keepalives_idle": "15", "keepalives_interval": "5", "keepalives_count": "3"}

Found = TypeVar("Found")
Question = ParamSpec("Question")


async def wait_for_events(*, account_id: UUID, cursor: str | None, within: float, limit: int = 100) -> Page:
    """The events after a cursor: at once where there are some, else as soon as there are, else none after `within` s.

    Raises InvalidCursor and CursorExpired as `queries.after` does.
    """
    if _waits is None or within <= 0:
        return await sync_to_async(queries.after)(account_id=account_id, cursor=cursor, limit=limit)
    return await _waits.wait_for_events(queries.reader(account_id=account_id, cursor=cursor, limit=limit), within)


async def wait_until(topic: str, look: Callable[[], Awaitable[Found | None]], *, within: float) -> Found | None:
    """What `look` finds, now or whenever the topic is woken; None when nothing was found within so many seconds.

    Whoever changes what is looked at calls `wakeups.wake(topic)` in the same transaction. A look that asks the
    database does it with `ask`.
    """
    if _waits is None or within <= 0:
        return await look()
    return await _waits.wait_until(topic, look, within)


async def ask(question: Callable[Question, Found], *args: Question.args, **kwargs: Question.kwargs) -> Found:
    """Put a short synchronous question to the database from async code, without a thread or connection of one's own."""
    if _waits is None:
        return await sync_to_async(question)(*args, **kwargs)
    return await _waits.ask(partial(question, *args, **kwargs))


def is_closing() -> bool:
    """Whether the house closes: whoever would wait again is to go instead."""
    return _waits is not None and _waits.ended


@asynccontextmanager
async def listening() -> AsyncIterator[Callable[[], None]]:
    """As long as this lasts, waiting in this process waits; until what is handed out is called, at the latest."""
    global _waits  # noqa: PLW0603  # there is one listener per process, and views cannot be handed anything
    waits = _Waits()
    listener = asyncio.create_task(waits.listen())
    _waits = waits
    try:
        yield waits.end
    finally:
        _waits = None
        waits.end()
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
        await waits.all_answered()
        waits.close()


class _Waits:
    def __init__(self) -> None:
        self._hints: dict[str, set[asyncio.Event]] = {}
        self.ended = False
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="waits")
        self._asked: list[tuple[Reader, asyncio.Future[Page | CursorExpired]]] = []
        self._reading: asyncio.Task[None] | None = None
        self._nobody_waits = asyncio.Event()

    # --- those who wait ---------------------------------------------------------------------------------------------

    async def wait_for_events(self, reader: Reader, within: float) -> Page:
        deadline = asyncio.get_running_loop().time() + within
        with self._subscribed(wakeups.account_topic(reader.account_id)) as hint:
            while True:
                hint.clear()
                last_look = self._left(deadline) <= 0
                page: Page | None = None
                try:
                    page = await self._read(reader)
                except OperationalError:
                    if last_look:
                        raise
                    # The database is away. It may be back before the time is up.
                if page is not None and (page.events or last_look):
                    return page
                held_back = page is not None and page.held_back
                await self._pause(hint, deadline, HELD_BACK_SECONDS if held_back else SLOW_LOOK_SECONDS)

    async def wait_until(self, topic: str, look: Callable[[], Awaitable[Found | None]], within: float) -> Found | None:
        deadline = asyncio.get_running_loop().time() + within
        with self._subscribed(topic) as hint:
            while True:
                hint.clear()
                last_look = self._left(deadline) <= 0
                try:
                    found = await look()
                except OperationalError:
                    if last_look:
                        raise
                    found = None
                if found is not None or last_look:
                    return found
                await self._pause(hint, deadline, SLOW_LOOK_SECONDS)

    def _left(self, deadline: float) -> float:
        return 0.0 if self.ended else deadline - asyncio.get_running_loop().time()

    async def _pause(self, hint: asyncio.Event, deadline: float, longest: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, min(longest, self._left(deadline)))):
                await hint.wait()

    @contextlib.contextmanager
    def _subscribed(self, topic: str) -> Iterator[asyncio.Event]:
        hint = asyncio.Event()
        waiting = self._hints.setdefault(topic, set())
        waiting.add(hint)
        try:
            yield hint
        finally:
            waiting.discard(hint)
            if not waiting and self._hints.get(topic) is waiting:
                del self._hints[topic]
            if self.ended and not self._hints:
                self._nobody_waits.set()

    # --- the one thread that asks -----------------------------------------------------------------------------------

    async def ask(self, question: Callable[[], Found]) -> Found:
        return await asyncio.get_running_loop().run_in_executor(self._thread, _with_a_fresh_connection, question)

    async def _read(self, reader: Reader) -> Page:
        """Put to the others who ask meanwhile: whoever comes while a question is on its way shares the next one."""
        future: asyncio.Future[Page | CursorExpired] = asyncio.get_running_loop().create_future()
        self._asked.append((reader, future))
        if self._reading is None:
            # In a context of its own: whoever happens to come first lends it neither request id nor thread.
            self._reading = asyncio.create_task(self._read_all(), context=Context())
        answer = await future
        if isinstance(answer, CursorExpired):
            raise answer
        return answer

    async def _read_all(self) -> None:
        try:
            while self._asked:
                asked, self._asked = self._asked, []
                asked = [(reader, future) for reader, future in asked if not future.done()]
                try:
                    answers = await self.ask(partial(queries.read, [reader for reader, _ in asked]))
                except Exception as error:  # noqa: BLE001  # it is theirs who asked, whatever it is
                    for _, future in asked:
                        if not future.done():
                            future.set_exception(error)
                else:
                    for (_, future), answer in zip(asked, answers, strict=True):
                        if not future.done():
                            future.set_result(answer)
        finally:
            self._reading = None

    # --- the one connection that listens ----------------------------------------------------------------------------

    async def listen(self) -> None:
        """Pass hints on until cancelled, over one connection after another."""
        failures = 0
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    make_conninfo(wakeups.conninfo(), application_name="sightline waits", **_KEEPALIVES),
                    autocommit=True,
                    connect_timeout=5,
                ) as own:
                    await own.execute(f"LISTEN {wakeups.CHANNEL}")
                    if failures:
                        log.info("listening again")
                    failures = 0
                    self.hint_all()  # whatever was said while nobody listened
                    async for notification in own.notifies():
                        self.hint(notification.payload.split(" "))
            except psycopg.OperationalError as error:
                log.warning("not listening", error=str(error).strip())
            pause = _RECONNECT_SECONDS[min(failures, len(_RECONNECT_SECONDS) - 1)]
            failures += 1
            await asyncio.sleep(pause)

    def hint(self, topics: list[str]) -> None:
        for topic in topics:
            for hint in self._hints.get(topic, ()):
                hint.set()

    def hint_all(self) -> None:
        self.hint(list(self._hints))

    def end(self) -> None:
        """Let everybody who waits answer with what there is."""
        self.ended = True
        self.hint_all()

    async def all_answered(self) -> None:
        """After the end everybody looks once more, which takes the thread that asks: until then it stays."""
        if self._hints:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LAST_LOOKS_SECONDS):
                    await self._nobody_waits.wait()

    def close(self) -> None:
        self._thread.shutdown(wait=False)


def _with_a_fresh_connection(question: Callable[[], Found]) -> Found:
    """Taken from the pool and given back each time: the pool checks it, so a server that was away is noticed."""
    try:
        return question()
    finally:
        connection.close()


_waits: _Waits | None = None
