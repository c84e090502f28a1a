"""What the protocol's conformance suite asks a server for: tools, resources and prompts with the names it knows.

A server that is put to the test shows them beside its own, so that the suite judges the very process that agents talk
to. `MCP_FIXTURES=tests.conformance.furnish` switches them on, and production refuses to start with it.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from mcp.server.lowlevel.server import Server
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity
from mcp.server.subscriptions import ListenHandler
from mcp.shared.exceptions import MCPError
from mcp_types import (
    CallToolRequestParams,
    CompleteRequestParams,
    GetPromptRequestParams,
    ListPromptsResult,
    ListResourcesResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    RequestParams,
    SetLevelRequestParams,
    SubscribeRequestParams,
    SubscriptionsListenRequestParams,
    UnsubscribeRequestParams,
)
from pydantic import BaseModel

from tests.conformance import asking, calling, reading
from tests.conformance.words import Context

Params = TypeVar("Params", bound=RequestParams)
Handler = Callable[[Context, Params], Awaitable[BaseModel | None]]

_TOOLS = calling.TOOLS | asking.TOOLS


def furnish(server: Server[Any]) -> None:
    """Put everything beside what the server has."""
    own_tools = _own(server, "tools/list")
    own_resources = _own(server, "resources/list")

    async def list_tools(context: Context, params: PaginatedRequestParams) -> ListToolsResult:
        return ListToolsResult(
            tools=[*(await own_tools(context, params)).tools, *(each for each, _ in _TOOLS.values())]
        )

    async def list_resources(context: Context, params: PaginatedRequestParams) -> ListResourcesResult:
        return ListResourcesResult(resources=[*reading.RESOURCES, *(await own_resources(context, params)).resources])

    server.add_request_handler("tools/list", PaginatedRequestParams, list_tools)
    server.add_request_handler("resources/list", PaginatedRequestParams, list_resources)
    _beside(server, "tools/call", CallToolRequestParams, _call)
    _beside(server, "resources/read", ReadResourceRequestParams, reading.read)
    server.add_request_handler("resources/templates/list", PaginatedRequestParams, _templates)
    server.add_request_handler("resources/subscribe", SubscribeRequestParams, reading.nothing)
    server.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, reading.nothing)
    server.add_request_handler("prompts/list", PaginatedRequestParams, _prompts)
    server.add_request_handler("prompts/get", GetPromptRequestParams, _prompt)
    server.add_request_handler("completion/complete", CompleteRequestParams, reading.complete)
    server.add_request_handler("logging/setLevel", SetLevelRequestParams, reading.nothing)
    changes = ListenHandler(calling.CHANGES)
    server.add_request_handler("subscriptions/listen", SubscriptionsListenRequestParams, changes)
    server.middleware.append(RequestStateBoundary(RequestStateSecurity.ephemeral(), default_audience=server.name))


def _own(server: Server[Any], method: str) -> Callable[..., Awaitable[Any]]:
    entry = server.get_request_handler(method)
    assert entry is not None, method
    return entry.handler


def _beside(server: Server[Any], method: str, takes: type[Params], ours: Handler[Params]) -> None:
    """Ours answers what it knows; None from it leaves the request to the server's own."""
    own = _own(server, method)

    async def either(context: Context, params: Params) -> BaseModel:
        answer = await ours(context, params)
        if answer is not None:
            return answer
        told: BaseModel = await own(context, params)
        return told

    server.add_request_handler(method, takes, either)


async def _call(context: Context, params: CallToolRequestParams) -> BaseModel | None:
    if params.name not in _TOOLS:
        return None
    _, does = _TOOLS[params.name]
    return await does(context, params)


async def _templates(_: Context, __: PaginatedRequestParams) -> ListResourceTemplatesResult:
    return ListResourceTemplatesResult(resource_templates=[reading.TEMPLATE])


async def _prompts(_: Context, __: PaginatedRequestParams) -> ListPromptsResult:
    return ListPromptsResult(prompts=[*reading.PROMPTS, asking.PROMPT])


async def _prompt(_: Context, params: GetPromptRequestParams) -> BaseModel:
    told = asking.prompt(params) if params.name == asking.PROMPT.name else reading.prompt(params)
    if told is None:
        raise MCPError(-32602, f"There is no prompt {params.name!r}.")
    return told
