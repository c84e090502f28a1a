"""What is refused because it is too large, before it is read."""

import asyncio
import json
from typing import Any

import pytest
from django.test import Client
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from market.config import config
from market.limits import Limited


class TestOnTheWsgiSide:
    @pytest.mark.parametrize(
        ("path", "announced", "status"),
        [
            ("/healthz", config.max_body_bytes, 405),
            ("/healthz", config.max_body_bytes + 1, 413),
            ("/v1/quotes", 1_000_000, 405),
            ("/v1/quotes", 1_000_001, 413),
        ],
    )
    def test_a_body_is_refused_by_what_it_says_of_itself(
        self, client: Client, path: str, announced: int, status: int
    ) -> None:
        from market.middleware import _refuse_too_much

        request = client.request(REQUEST_METHOD="POST", PATH_INFO="/healthz").wsgi_request
        request.path = path
        request.META["CONTENT_LENGTH"] = str(announced)
        refusal = _refuse_too_much(request)
        assert (refusal.status_code if refusal else 405) == status
        if refusal:
            assert json.loads(refusal.content)["code"] == "body_too_large"

    def test_nonsense_announces_nothing(self, client: Client) -> None:
        response = client.generic("POST", "/nowhere", b"", CONTENT_LENGTH="many")
        assert response.status_code in (403, 404)

    def test_a_query_that_is_too_long_is_refused(self, client: Client) -> None:
        assert client.get("/healthz", {"x": "y" * 8000}).status_code == 200
        assert client.get("/healthz", {"x": "y" * 8200}).status_code == 414

    @pytest.mark.django_db  # the page that says so asks who is reading it
    def test_a_form_of_many_fields_is_refused(self, client: Client) -> None:
        response = client.post("/accounts/login/", {f"field{number}": "" for number in range(300)})
        assert response.status_code == 400


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    """An application that reads its whole body, as Django's does."""
    size, more = 0, True
    while more:
        message = await receive()
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": str(size).encode()})


class Sent:
    """A body in pieces to an application that echoes its size, and what was answered."""

    def __init__(
        self, pieces: list[bytes], *, announced: str | None = None, stalls: bool = False, path: str = "/v1/quotes"
    ) -> None:
        self.pieces, self.stalls = pieces, stalls
        self.taken = 0
        self.messages: list[Message] = []
        headers = [] if announced is None else [(b"content-length", announced.encode())]
        self.scope: Scope = {"type": "http", "path": path, "headers": headers}

    async def _receive(self) -> Message:
        if self.taken == len(self.pieces):
            await asyncio.Event().wait()  # nothing more comes, and nobody says so
        self.taken += 1
        more = self.stalls or self.taken < len(self.pieces)
        return {"type": "http.request", "body": self.pieces[self.taken - 1], "more_body": more}

    async def _send(self, message: Message) -> None:
        self.messages.append(message)

    def to(self, application: ASGIApp, *, seconds: float = 20) -> "Sent":
        asyncio.run(Limited(application, seconds=seconds)(self.scope, self._receive, self._send))
        assert [message["type"] for message in self.messages] == ["http.response.start", "http.response.body"]
        return self

    @property
    def status(self) -> int:
        return int(self.messages[0]["status"])

    @property
    def body(self) -> bytes:
        return bytes(self.messages[1]["body"])

    def problem(self) -> dict[str, Any]:
        headers = dict(self.messages[0]["headers"])
        problem: dict[str, Any] = json.loads(self.body)
        assert headers[b"content-type"] == b"application/problem+json"
        assert problem["request_id"] == headers[b"x-request-id"].decode()
        assert {"type", "title", "status", "code", "detail", "fix", "fix_call", "retryable"} <= problem.keys()
        assert problem["status"] == self.status
        return problem


class TestOnTheAsgiSide:
    def test_what_fits_goes_through(self) -> None:
        sent = Sent([b"x" * 500_000, b"x" * 500_000]).to(_echo)
        assert (sent.status, sent.body, sent.taken) == (200, b"1000000", 2)

    def test_files_may_be_larger_than_what_programs_send(self) -> None:
        assert Sent([b"x" * 1_000_001], path="/capture/uploads/1").to(_echo).status == 200
        assert Sent([b"x"], announced=str(config.max_body_bytes + 1), path="/capture/uploads/1").to(_echo).status == 413

    @pytest.mark.parametrize("announced", ["1000001", "9" * 5_000])
    def test_what_was_announced_too_large_is_not_read(self, announced: str) -> None:
        sent = Sent([b"x"], announced=announced).to(_echo)
        assert (sent.problem()["code"], sent.status, sent.taken) == ("body_too_large", 413, 0)

    def test_what_was_not_announced_is_stopped_when_it_gets_too_large(self) -> None:
        sent = Sent([b"x" * 600_000] * 1_000).to(_echo)
        assert (sent.problem()["code"], sent.status, sent.taken) == ("body_too_large", 413, 2)

    def test_a_body_that_stays_away_is_not_waited_for(self) -> None:
        sent = Sent([b"x"], stalls=True).to(_echo, seconds=0.05)
        problem = sent.problem()
        assert (problem["code"], sent.status, problem["retryable"]) == ("body_too_slow", 408, True)

    def test_who_has_sent_everything_may_wait_for_as_long_as_it_takes(self) -> None:
        async def waits(scope: Scope, receive: Receive, send: Send) -> None:
            await _echo(scope, receive, _nowhere)
            going = asyncio.ensure_future(receive())
            done, _ = await asyncio.wait([going], timeout=0.2)  # four times as long as a body may take
            going.cancel()
            await send({"type": "http.response.start", "status": 418 if done else 200, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        assert Sent([b"x"]).to(waits, seconds=0.05).status == 200


async def _nowhere(_: Message) -> None:
    """Where an answer goes that nobody wants."""
