"""From the client's requests to Django's, inside this process and this test's transaction."""

import httpx2
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import Client


class ThroughDjango(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
    def __init__(self) -> None:
        self._django = Client(raise_request_exception=False)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.read()
        headers = {name: value for name, value in request.headers.items() if name not in ("host", "content-length")}
        answer = self._django.generic(
            request.method,
            request.url.raw_path.decode(),
            request.content,
            content_type=headers.pop("content-type", "application/octet-stream"),
            headers=headers,
        )
        return httpx2.Response(answer.status_code, headers=list(answer.items()), content=answer.content)

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await sync_to_async(self._handle_elsewhere)(request)

    def _handle_elsewhere(self, request: httpx2.Request) -> httpx2.Response:
        """In a thread that has a connection of its own, which nobody else would close."""
        try:
            return self.handle_request(request)
        finally:
            connections.close_all()
