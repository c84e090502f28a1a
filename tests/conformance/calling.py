"""Tools that answer at once: with texts, pictures and sounds, with progress, with a failure."""

import asyncio

from mcp.server.subscriptions import InMemorySubscriptionBus
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import PromptsListChanged, ToolsListChanged
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CallToolRequestParams,
    CallToolResult,
    ClientCapabilities,
    EmbeddedResource,
    ImageContent,
    SamplingCapability,
    TextContent,
    TextResourceContents,
)

from tests.conformance.words import Context, png, said, tools, wav

CHANGES = InMemorySubscriptionBus()
_PAUSE = 0.05  # what the suite asks for: it wants to see one thing after the other


async def simple_text(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Answers with a text."""
    return said("This is a simple text response for testing.")


async def image_content(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Answers with a picture."""
    return CallToolResult(content=[ImageContent(data=png(), mime_type="image/png")])


async def audio_content(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Answers with a sound."""
    return CallToolResult(content=[AudioContent(data=wav(), mime_type="audio/wav")])


async def embedded_resource(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Answers with a resource."""
    text = "This is an embedded resource content."
    resource = TextResourceContents(uri="test://embedded-resource", mime_type="text/plain", text=text)
    return CallToolResult(content=[EmbeddedResource(resource=resource)])


async def multiple_content_types(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Answers with a text, a picture and a resource."""
    resource = TextResourceContents(
        uri="test://mixed-content-resource", mime_type="application/json", text='{"test":"data","value":123}'
    )
    return CallToolResult(
        content=[
            TextContent(text="Multiple content types test:"),
            ImageContent(data=png(), mime_type="image/png"),
            EmbeddedResource(resource=resource),
        ]
    )


async def error_handling(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Fails."""
    return said("This tool intentionally returns an error for testing", is_error=True)


async def tool_with_progress(context: Context, __: CallToolRequestParams) -> CallToolResult:
    """Tells how far it is."""
    for done in (0, 50, 100):
        await context.session.report_progress(done, 100)
        await asyncio.sleep(_PAUSE)
    return said("It is done.")


async def tool_with_logging(context: Context, _: CallToolRequestParams) -> CallToolResult:
    """Tells what it does, where that was asked for."""
    for told in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await context.session.send_log_message("info", told, related_request_id=context.request_id)
        await asyncio.sleep(_PAUSE)
    return said("It is done.")


async def logging_tool(context: Context, params: CallToolRequestParams) -> CallToolResult:
    """Tells what it does, where that was asked for."""
    return await tool_with_logging(context, params)


async def missing_capability(context: Context, _: CallToolRequestParams) -> CallToolResult:
    """Needs a client that can sample."""
    if not context.session.check_client_capability(ClientCapabilities(sampling=SamplingCapability())):
        needed: dict[str, object] = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "This needs a client that can sample.", needed)
    return said("It can.")


async def trigger_tool_change(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Says that the tools are others now."""
    await CHANGES.publish(ToolsListChanged())
    return said("Said.")


async def trigger_prompt_change(_: Context, __: CallToolRequestParams) -> CallToolResult:
    """Says that the prompts are others now."""
    await CHANGES.publish(PromptsListChanged())
    return said("Said.")


TOOLS = tools(
    simple_text,
    image_content,
    audio_content,
    embedded_resource,
    multiple_content_types,
    error_handling,
    tool_with_progress,
    tool_with_logging,
    logging_tool,
    missing_capability,
    trigger_tool_change,
    trigger_prompt_change,
)
