"""The ASGI process as a whole: many requests that wait share a few threads, and its lifespan starts the listening."""

import asyncio
import os
import signal
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.utils.module_loading import import_string

from market import asgi
from market.accounts.models import Account
from market.events import waiting
from tests.waiters import assert_they_share_a_few, nothing_left_over

WAITERS = 200


async def wait(request: HttpRequest) -> JsonResponse:
    account = await Account.objects.aget(id=request.GET["account"])  # synchronous code, deep inside
    page = await waiting.wait_for_events(account_id=account.id, cursor=None, within=60)
    return JsonResponse({"events": [event.type for event in page.events]})


urlpatterns = [path("wait", wait)]


class Request:
    """One GET over ASGI, whose client stays until it is answered."""

    def __init__(self, path: str, query: str) -> None:
        self._scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(b"host", b"localhost")],
            "server": ("localhost", 80),
            "client": ("127.0.0.1", 1),
        }
        self._asked = False
        self.status = 0
        self.body = b""

    async def send(self) -> None:
        await asgi.application(self._scope, self._receive, self._answer)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await asyncio.Event().wait()
        raise AssertionError

    async def _answer(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        self.body += message.get("body", b"")


@pytest.mark.urls(__name__)
@pytest.mark.usefixtures("committed")
def test_requests_that_wait_share_a_few_threads_and_connections() -> None:
    accounts = Account.objects.bulk_create([Account(kind="agent", mode="test") for _ in range(WAITERS)])

    async def test() -> None:
        async with asgi.routes.router.lifespan_context(asgi.routes):
            requests = [Request("/wait", f"account={account.id}") for account in accounts]
            sending = [asyncio.create_task(request.send()) for request in requests]
            waits = waiting._waits
            assert waits is not None
            while len(waits._hints) < WAITERS:
                assert not any(task.done() for task in sending)
                await asyncio.sleep(0.01)
            assert_they_share_a_few()
        # The house closes: whoever waits is answered.
        await asyncio.gather(*sending)
        assert {(request.status, request.body) for request in requests} == {(200, b'{"events": []}')}

    with nothing_left_over():
        asyncio.run(asyncio.wait_for(test(), 60))


@pytest.mark.usefixtures("committed")
def test_who_waits_is_answered_on_the_signal_to_stop_and_the_server_hears_of_it_too() -> None:
    heard: list[int] = []
    account = Account.objects.create(kind="agent", mode="test")

    async def test() -> None:
        async with asgi.routes.router.lifespan_context(asgi.routes):
            waiter = asyncio.create_task(waiting.wait_for_events(account_id=account.id, cursor=None, within=60))
            await waiting.ask(lambda: None)
            assert not waiter.done()
            os.kill(os.getpid(), signal.SIGTERM)
            assert (await waiter).events == ()

    former = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        asyncio.run(asyncio.wait_for(test(), 60))
        assert heard == [signal.SIGTERM]
        os.kill(os.getpid(), signal.SIGTERM)
        assert heard == [signal.SIGTERM] * 2
    finally:
        signal.signal(signal.SIGTERM, former)


def test_no_middleware_would_hold_a_thread_until_the_request_is_answered() -> None:
    synchronous = [path for path in settings.MIDDLEWARE if not getattr(import_string(path), "async_capable", False)]
    assert synchronous == []
