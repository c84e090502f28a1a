"""/mcp: the official server of the Model Context Protocol around our tools, over streamable HTTP, without sessions.

Each request stands by itself and carries its own key, so any process can answer it. Beside the tools stand the guides,
as resources.
"""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final

import orjson
import structlog
from django.utils.module_loading import import_string
from mcp.server.caching import CacheableMethod, CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ContentBlock,
    ImageContent,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
)
from starlette.types import ASGIApp, Receive, Scope, Send

from agents_api import problems
from agents_api.door import InternalError
from agents_api.mcp import NAME, SAYS, TITLE, VERSION, shapes
from agents_api.mcp.asking import House, Refused
from agents_api.mcp.documents import list_resources, read_resource
from agents_api.mcp.doing import DOINGS, PREVIEW_TYPE, Done
from agents_api.mcp.tools import TOOLS
from agents_api.wire import LARGEST_BODY
from bounties import reading
from market import clock
from market.config import config
from market.errors import DomainError

log = structlog.get_logger(__name__)

INSTRUCTIONS: Final = (
    "Sightline has people look at places for you. Loop: post_bounty, wait_for_bounty, get_result, review_result; each"
    " answer names its `next`. Call get_account first: without a key it says how to get one. In test mode add"
    ' simulate: {"outcome": "good"} to post_bounty. An error is a problem object: do what `fix` says.'
)
# Tools and guides change when the house is started anew: a client need not ask for them before each call.
_SAME_FOR_EVERYBODY: Final[Mapping[CacheableMethod, CacheHint]] = {
    method: CacheHint(ttl_ms=300_000, scope="public")
    for method in ("server/discover", "tools/list", "resources/list", "resources/read")
}
_TOOLS: Final = {tool.name: tool for tool in TOOLS}
Context = ServerRequestContext[Any, Any]


class Door:
    """The ASGI application at /mcp. It asks the API through `app`, and serves while it is `open`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._manager: StreamableHTTPSessionManager | None = None

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        # A manager is for one life, and tests live several.
        manager = StreamableHTTPSessionManager(
            _server(self._app), stateless=True, security_settings=_security(), max_request_body_size=LARGEST_BODY
        )
        async with manager.run():
            self._manager = manager
            try:
                yield
            finally:
                self._manager = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._manager is None:
            raise RuntimeError("nobody is behind this door: it is served without its lifespan")
        await self._manager.handle_request(scope, receive, send)


def _server(app: ASGIApp) -> Server[Any]:
    async def list_tools(_: Context, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=list(TOOLS))

    async def call_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
        if params.name not in DOINGS:
            raise MCPError(INVALID_PARAMS, f"There is no tool {params.name!r}.")
        if context.request is None:
            raise RuntimeError("tools are called over HTTP, where there is a request")
        return await _call(House(app, context.request), params)

    server: Server[Any] = Server(
        NAME,
        title=TITLE,
        version=VERSION,
        description=SAYS,
        instructions=INSTRUCTIONS,
        website_url=config.public_url,
        cache_hints=_SAME_FOR_EVERYBODY,
        get_tool_input_schema=lambda name: _TOOLS[name].input_schema if name in _TOOLS else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
        on_list_resources=list_resources,
        on_read_resource=read_resource,
    )
    if config.mcp_fixtures:
        import_string(config.mcp_fixtures)(server)
    return server


async def _call(house: House, params: CallToolRequestParams) -> CallToolResult:
    """A refusal is an answer, with the same problem object that the API gives."""
    takes, given = _TOOLS[params.name].input_schema, params.arguments or {}
    try:
        reading.fields(given, param="", known=takes["properties"], needed=takes.get("required", ()))
        done = await DOINGS[params.name](house, given)
    except Refused as refused:
        return _result(Done(shapes.mended(refused.problem)), is_error=True)
    except DomainError as refusal:
        return _result(Done(_problem(refusal, house)), is_error=True)
    except Exception:
        log.exception("tool failed", tool=params.name)
        return _result(Done(_problem(InternalError("Something broke on our side."), house)), is_error=True)
    return _result(done)


def _problem(refusal: DomainError, house: House) -> dict[str, Any]:
    request_id = house.request.headers.get("x-request-id", "")
    return problems.of_refusal(refusal, at=clock.now()).render(request_id=request_id)


def _result(done: Done, *, is_error: bool = False) -> CallToolResult:
    # For clients that know no structured content, the same as text: the protocol asks for it.
    content: list[ContentBlock] = [TextContent(text=orjson.dumps(done.structured).decode())]
    content += [ImageContent(data=base64.b64encode(each).decode(), mime_type=PREVIEW_TYPE) for each in done.pictures]
    return CallToolResult(content=content, structured_content=done.structured, is_error=is_error)


def _security() -> TransportSecuritySettings:
    """A page in somebody's browser must not reach a server on that person's machine under another name."""
    hosts = [each.removeprefix(".") for each in config.hosts]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection="*" not in hosts,
        allowed_hosts=[named for each in hosts for named in (each, f"{each}:*")],
        allowed_origins=[config.public_url, *(f"http://{each}:*" for each in ("localhost", "127.0.0.1", "[::1]"))],
    )
