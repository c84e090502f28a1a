"""The official client of the protocol, talking to the real ASGI process without a network between them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

import httpx2
from django.urls import include, path
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult

from agents_api import waiting
from market import asgi
from tests.waiters import nothing_left_over

# As the ASGI process serves them: where waiting is waited.
urlpatterns = [path("v1/bounties/<str:bounty_id>", waiting.one_bounty), path("", include("market.urls"))]

Mode = Literal["auto", "legacy"]


@asynccontextmanager
async def open_house() -> AsyncIterator[None]:
    async with asgi.routes.router.lifespan_context(asgi.routes):
        yield


@asynccontextmanager
async def client(key: str = "", *, mode: Mode = "auto", host: str = "localhost") -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    transport = httpx2.ASGITransport(app=asgi.application)
    async with (
        httpx2.AsyncClient(transport=transport, headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"http://{host}/mcp", http_client=http), mode=mode) as talking,
    ):
        yield talking


def run(story: Callable[[], Awaitable[None]]) -> None:
    """A story while the house is open."""

    async def with_the_house() -> None:
        async with open_house():
            await story()

    with nothing_left_over():
        asyncio.run(asyncio.wait_for(with_the_house(), 120))


async def call(talking: Client, tool: str, **arguments: Any) -> CallToolResult:
    return await talking.call_tool(tool, arguments)


async def told(talking: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """What a tool answers, which is no refusal."""
    answer = await call(talking, tool, **arguments)
    assert not answer.is_error, answer.structured_content
    return cast(dict[str, Any], answer.structured_content)


async def refused(talking: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    answer = await call(talking, tool, **arguments)
    assert answer.is_error, answer.structured_content
    return cast(dict[str, Any], answer.structured_content)
