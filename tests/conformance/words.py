"""The few things that all fixtures say."""

import base64
import io
import wave
from collections.abc import Awaitable, Callable
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    InputRequiredResult,
    TextContent,
    Tool,
)
from PIL import Image

Context = ServerRequestContext[Any, Any]
Does = Callable[[Context, CallToolRequestParams], Awaitable[CallToolResult | InputRequiredResult]]
Fixture = tuple[Tool, Does]


def said(text: str, *, is_error: bool = False) -> CallToolResult:
    return CallToolResult(content=[TextContent(text=text)], is_error=is_error)


def tools(*doings: Does) -> dict[str, Fixture]:
    """Each named as its function, without arguments, described by its docstring."""
    found = {}
    for each in doings:
        name, description = f"test_{each.__name__}", each.__doc__ or ""
        found[name] = Tool(name=name, description=description, input_schema={"type": "object"}), each
    return found


def png() -> str:
    """One red pixel."""
    file = io.BytesIO()
    Image.new("RGB", (1, 1), (255, 0, 0)).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def wav() -> str:
    """A hundredth of a second of silence."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(160))
    return base64.b64encode(file.getvalue()).decode()
