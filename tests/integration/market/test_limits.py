"""What is refused because it is too large, before it is read."""

import asyncio
import json
from typing import Any

import pytest
from django.test import Client
from starlette.types import Message, Receive, Scope, Send

from market.config import config
from market.limits import Limited


class TestOnTheWsgiSide:
    @pytest.mark.parametrize(("announced", "status"), [(config.max_body_bytes, 405), (config.max_body_bytes + 1, 413)])
    def test_a_body_is_refused_by_what_it_says_of_itself(
        self, client: Client, settings: Any, announced: int, status: int
    ) -> None:
        from market.middleware import _refuse_too_much

        request = client.request(REQUEST_METHOD="POST", PATH_INFO="/healthz").wsgi_request
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


def send_pieces(pieces: list[bytes], *, most: int, announced: int | None = None) -> tuple[int, bytes, int]:
    """The status and body of the answer, and how many pieces were read."""
    sent: list[Message] = []
    taken = 0

    async def receive() -> Message:
        nonlocal taken
        taken += 1
        return {"type": "http.request", "body": pieces[taken - 1], "more_body": taken < len(pieces)}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [] if announced is None else [(b"content-length", str(announced).encode())]
    asyncio.run(Limited(_echo, most=most)({"type": "http", "headers": headers}, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    return sent[0]["status"], sent[1]["body"], taken


class TestOnTheAsgiSide:
    def test_what_fits_goes_through(self) -> None:
        assert send_pieces([b"x" * 50, b"x" * 50], most=100) == (200, b"100", 2)

    def test_what_was_announced_too_large_is_not_read(self) -> None:
        status, body, taken = send_pieces([b"x"], most=100, announced=101)
        assert (status, taken) == (413, 0)
        assert json.loads(body)["code"] == "body_too_large"

    def test_what_was_not_announced_is_stopped_when_it_gets_too_large(self) -> None:
        status, _, taken = send_pieces([b"x" * 60] * 1000, most=100)
        assert (status, taken) == (413, 2)
