"""Waits, streams and MCP: served by one ASGI process. Everything else is asked of the WSGI workers: see the Caddyfile.

A thousand requests wait here at the same time, so none may keep a thread. Django would give each its own as soon as
any synchronous piece of code is met, and keep it for as long as the request lasts. Here they share a few.
"""

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from itertools import cycle
from types import FrameType
from typing import Any

import django
from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.utils.module_loading import import_string
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from market import roles
from market.events import waiting
from market.limits import Limited

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
gc.disable()  # until all is loaded: see market/wsgi.py
roles.play("waits")

SHARED_THREADS = 4


class Handler(ASGIHandler):
    """Django's handler, for many requests that wait."""

    def __init__(self) -> None:
        super().__init__()
        self.threads = [ThreadPoolExecutor(1, thread_name_prefix=f"shared-{n}") for n in range(SHARED_THREADS)]
        self._next_thread = cycle(self.threads)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        # The one around a request that is entered first decides; Django's own, inside, then does nothing.
        async with ThreadSensitiveContext(executor=next(self._next_thread)):
            await super().__call__(scope, receive, send)


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    async with waiting.listening() as end_waits:
        with called_when_told_to_stop(end_waits):
            async with mcp.open():
                yield


@contextmanager
def called_when_told_to_stop(end: Callable[[], None]) -> Iterator[None]:
    """Call it on the signal to stop, besides what the server does then.

    The server lets its requests finish before it ends the lifespan, and those that wait would take their 45 seconds.
    The event loop hears of signals by itself, so a handler here takes nothing away from the server's own.
    """
    loop = asyncio.get_running_loop()

    def handle(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(end)
        former = formers[number]
        if callable(former):
            former(number, frame)

    formers: dict[int, Any] = {}
    for number in (signal.SIGTERM, signal.SIGINT):
        former = signal.getsignal(number)
        if callable(former):  # else nobody has said what is to be done: it stays that way
            formers[number] = former
            signal.signal(number, handle)
    try:
        yield
    finally:
        for each, former in formers.items():
            signal.signal(each, former)


django.setup(set_prefix=False)
handler = Handler()
# Imported here, because what it asks is Django's.
mcp = import_string("agents_api.mcp.server.Door")(handler)
routes = Starlette(routes=[Route("/mcp", endpoint=mcp), Mount("/", app=handler)], lifespan=lifespan)
application: Any = Limited(routes)
gc.collect()
gc.freeze()  # as in market/wsgi.py; here all who wait would be stopped at once
gc.enable()
