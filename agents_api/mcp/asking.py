"""Asking the API from within the process: a request without a network, through the same handler as all others.

What waits there waits as a coroutine, and what asks the database does so in the few threads that handler shares among
its requests: a tool holds neither a thread nor a connection of its own.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message

# What of the caller's own request goes along: who it is, where it comes from, and what it is called in our logs.
_FORWARDED = frozenset(
    {b"host", b"authorization", b"x-forwarded-for", b"x-forwarded-proto", b"x-request-id", b"user-agent"}
)
_OURS = [(b"accept", b"*/*"), (b"content-type", b"application/json")]


class Refused(Exception):
    """The API's answer is a problem: it is the tool's answer as well."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem.get("detail", ""))
        self.problem = problem


@dataclass
class _Exchange:
    """One request and its answer, in ASGI's words."""

    body: bytes
    status: int = 0
    parts: list[bytes] = field(default_factory=list)
    _asked: bool = False

    async def receive(self) -> Message:
        if self._asked:
            await asyncio.Event().wait()  # the client stays: who gives up cancels all of this
        self._asked = True
        return {"type": "http.request", "body": self.body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.parts.append(message.get("body", b""))


@dataclass(frozen=True)
class House:
    """The API, as the caller of this tool would reach it."""

    app: ASGIApp
    request: Request

    @property
    def has_key(self) -> bool:
        return "authorization" in self.request.headers

    async def get(self, path: str, **query: object) -> dict[str, Any]:
        return await self._ask("GET", path, query=query)

    async def post(self, path: str, body: Mapping[str, Any], *, once: str = "") -> dict[str, Any]:
        return await self._ask("POST", path, body=orjson.dumps(body), once=once)

    async def fetch(self, url: str) -> bytes | None:
        """What one of our own signed links leads to; None where it leads nowhere any more."""
        parts = urlsplit(url)
        exchange = await self._exchange("GET", parts.path, query=parts.query)
        return b"".join(exchange.parts) if exchange.status == HTTPStatus.OK else None

    async def _ask(
        self, method: str, path: str, *, query: Mapping[str, object] | None = None, body: bytes = b"", once: str = ""
    ) -> dict[str, Any]:
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        exchange = await self._exchange(method, path, query=urlencode(asked), body=body, once=once)
        answer: dict[str, Any] = orjson.loads(b"".join(exchange.parts))
        if exchange.status >= HTTPStatus.BAD_REQUEST:
            raise Refused(answer)
        return answer

    async def _exchange(
        self, method: str, path: str, *, query: str = "", body: bytes = b"", once: str = ""
    ) -> _Exchange:
        scope = self.request.scope
        headers = [(name, value) for name, value in scope["headers"] if name in _FORWARDED] + _OURS
        headers.append((b"content-length", str(len(body)).encode()))
        if once:
            headers.append((b"idempotency-key", once.encode()))
        exchange = _Exchange(body)
        inner = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": scope.get("scheme", "http"),
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": headers,
            "server": scope.get("server"),
            "client": scope.get("client"),
        }
        await self.app(inner, exchange.receive, exchange.send)
        return exchange
