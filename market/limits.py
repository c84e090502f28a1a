"""How large and how slow a request's body may be. Refused before it is read, in the words of every other refusal.

The ASGI side needs a guard of its own: Django's handler stores a whole body there before any middleware sees it, and
waits for as long as it takes. On the WSGI side market/middleware.py refuses by Content-Length, which is all that side
ever reads, and the front hands a small body on when all of it is there.
"""

import asyncio
import json
from datetime import UTC, datetime
from typing import ClassVar, Final
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from market.config import config
from market.errors import DomainError, Kind
from market.problems import CONTENT_TYPE, BodyTooLarge, of_refusal

# What programs send is read whole and at once; files are not sent there.
LARGEST_JSON: Final = 1_000_000
_JSON_BELOW: Final = "/v1/"
SLOWEST_SECONDS: Final = 30.0


class BodyTooSlow(DomainError):
    """The body was announced and did not come."""

    code = "body_too_slow"
    kind: ClassVar[Kind] = Kind.INVALID
    fix = "Send the request again, with its whole body at once."
    retryable: ClassVar[bool] = True


def largest_body(path: str) -> int:
    return min(LARGEST_JSON, config.max_body_bytes) if path.startswith(_JSON_BELOW) else config.max_body_bytes


def too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"A request's body may have {most:,} bytes at most here.")


class Limited:
    """An ASGI application whose callers may send so many bytes, announced or not, and take so long over it."""

    def __init__(self, application: ASGIApp, *, seconds: float = SLOWEST_SECONDS) -> None:
        self._application = application
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        most = largest_body(scope["path"])
        if _announced(scope) > most:
            await _refuse(send, too_large(most))
            return
        body = _Body(receive, most=most, seconds=self._seconds)
        has_begun = False

        async def send_on(message: Message) -> None:
            nonlocal has_begun
            if body.refusal is None or has_begun:
                has_begun = True
                await send(message)

        await self._application(scope, body.receive, send_on)
        if body.refusal is not None and not has_begun:
            await _refuse(send, body.refusal)


class _Body:
    """A body on its way. Refused, it is to the application as if the caller had gone, and it gives up quietly: an
    exception would be answered with 500 by whatever is between it and us.
    """

    def __init__(self, receive: Receive, *, most: int, seconds: float) -> None:
        self.refusal: DomainError | None = None
        self._receive, self._most, self._seconds = receive, most, seconds
        self._ends_at = asyncio.get_running_loop().time() + seconds
        self._received = 0
        self._is_whole = False

    async def receive(self) -> Message:
        if self._is_whole:  # what is waited for now is that the caller goes away, and that may take its time
            return await self._receive()
        message = None if self.refusal else await self._next()
        if message is None:
            return {"type": "http.disconnect"}
        self._is_whole = not message.get("more_body", False)
        return message

    async def _next(self) -> Message | None:
        try:
            async with asyncio.timeout_at(self._ends_at):
                message = await self._receive()
        except TimeoutError:
            self.refusal = BodyTooSlow(f"It was not there within {self._seconds:.0f} s.")
            return None
        self._received += len(message.get("body", b""))
        if self._received > self._most:
            self.refusal = too_large(self._most)
            return None
        return message


async def _refuse(send: Send, refusal: DomainError) -> None:
    request_id = uuid4().hex
    problem = of_refusal(refusal, at=datetime.now(UTC))
    headers = [
        (b"content-type", CONTENT_TYPE.encode()),
        (b"x-request-id", request_id.encode()),
        (b"connection", b"close"),  # what is still coming is not read
    ]
    if problem.retry_after is not None:
        headers.append((b"retry-after", str(problem.retry_after).encode()))
    await send({"type": "http.response.start", "status": problem.status.value, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(problem.render(request_id=request_id)).encode()})


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        # Longer numbers are no lengths, and Python takes its time over them.
        if name == b"content-length" and value.isdigit():
            return int(value) if len(value) < 20 else 10**20
    return 0
