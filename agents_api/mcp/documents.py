"""The guides as resources: the same Markdown that stands at their addresses."""

from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    ListResourcesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    TextResourceContents,
)

from agents_api.guides import GUIDES, text_of
from agents_api.negotiation import MARKDOWN
from market.config import config

Context = ServerRequestContext[Any, Any]


async def list_resources(_: Context, __: PaginatedRequestParams | None) -> ListResourcesResult:
    return ListResourcesResult(
        resources=[
            Resource(
                uri=f"{config.public_url}{guide.path}",
                name=guide.path.rpartition("/")[2],
                title=guide.title,
                description=guide.says,
                mime_type=MARKDOWN,
            )
            for guide in GUIDES
        ]
    )


async def read_resource(_: Context, params: ReadResourceRequestParams) -> ReadResourceResult:
    guide = next((each for each in GUIDES if params.uri == f"{config.public_url}{each.path}"), None)
    if guide is None:
        raise MCPError(INVALID_PARAMS, f"There is no resource {params.uri!r}.", {"uri": params.uri})
    return ReadResourceResult(contents=[TextResourceContents(uri=params.uri, mime_type=MARKDOWN, text=text_of(guide))])
