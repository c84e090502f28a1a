"""How large a request to the ASGI process may be. Django's handler stores a whole body before any middleware sees it.

On the WSGI side market/middleware.py refuses by Content-Length, which is all that side ever reads.
"""

import json
from uuid import uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class TooLarge(Exception):
    """Raised into the application, which was reading."""


class Limited:
    """An ASGI application whose callers may send so many bytes, announced or not."""

    def __init__(self, application: ASGIApp, *, most: int) -> None:
        self._application = application
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        if _announced(scope) > self._most:
            await self._refuse(send)
            return
        received = 0
        has_begun = False

        async def receive_some() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._most:
                raise TooLarge
            return message

        async def send_on(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self._application(scope, receive_some, send_on)
        except TooLarge:
            if not has_begun:
                await self._refuse(send)

    async def _refuse(self, send: Send) -> None:
        detail = f"A request's body may have {self._most} bytes at most."
        body = {"type": "about:blank", "title": "Too large", "status": 413, "code": "body_too_large", "detail": detail}
        headers = [
            (b"content-type", b"application/problem+json"),
            (b"x-request-id", uuid4().hex.encode()),
            (b"connection", b"close"),  # what is still coming is not read
        ]
        await send({"type": "http.response.start", "status": 413, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(body).encode()})


def _announced(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
