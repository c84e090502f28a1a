"""Resources, prompts and completions."""

import json
import re

from mcp_types import (
    BlobResourceContents,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    ContentBlock,
    EmbeddedResource,
    EmptyResult,
    GetPromptRequestParams,
    GetPromptResult,
    ImageContent,
    Prompt,
    PromptArgument,
    PromptMessage,
    ReadResourceRequestParams,
    ReadResourceResult,
    RequestParams,
    Resource,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
)

from tests.conformance.words import Context, png

RESOURCES = (
    Resource(uri="test://static-text", name="static-text", description="A text.", mime_type="text/plain"),
    Resource(uri="test://static-binary", name="static-binary", description="A picture.", mime_type="image/png"),
    Resource(uri="test://watched-resource", name="watched", description="To be subscribed.", mime_type="text/plain"),
)
TEMPLATE = ResourceTemplate(
    uri_template="test://template/{id}/data", name="template", description="By id.", mime_type="application/json"
)
_OF_THE_TEMPLATE = re.compile(r"test://template/([^/]+)/data")


async def read(_: Context, params: ReadResourceRequestParams) -> ReadResourceResult | None:
    if params.uri == "test://static-binary":
        picture = BlobResourceContents(uri=params.uri, mime_type="image/png", blob=png())
        return ReadResourceResult(contents=[picture])
    if found := _OF_THE_TEMPLATE.fullmatch(params.uri):
        told = {"id": found[1], "templateTest": True, "data": f"Data for ID: {found[1]}"}
        return _text(params.uri, json.dumps(told), "application/json")
    texts = {
        "test://static-text": "This is the content of the static text resource.",
        "test://watched-resource": "Nothing happens here.",
    }
    return _text(params.uri, texts[params.uri], "text/plain") if params.uri in texts else None


def _text(uri: str, text: str, kind: str) -> ReadResourceResult:
    return ReadResourceResult(contents=[TextResourceContents(uri=uri, mime_type=kind, text=text)])


async def nothing(_: Context, __: RequestParams) -> EmptyResult:
    return EmptyResult()


async def complete(_: Context, params: CompleteRequestParams) -> CompleteResult:
    fitting = [each for each in ("paris", "park", "party") if each.startswith(params.argument.value)]
    return CompleteResult(completion=Completion(values=fitting, total=len(fitting), has_more=False))


PROMPTS = (
    Prompt(name="test_simple_prompt", description="A text."),
    Prompt(
        name="test_prompt_with_arguments",
        description="A text with what was given in it.",
        arguments=[PromptArgument(name="arg1", required=True), PromptArgument(name="arg2", required=True)],
    ),
    Prompt(
        name="test_prompt_with_embedded_resource",
        description="A text with a resource.",
        arguments=[PromptArgument(name="resourceUri", required=True)],
    ),
    Prompt(name="test_prompt_with_image", description="A text with a picture."),
)


def prompt(params: GetPromptRequestParams) -> GetPromptResult | None:
    given = params.arguments or {}
    match params.name:
        case "test_simple_prompt":
            return _messages(TextContent(text="This is a simple prompt for testing."))
        case "test_prompt_with_arguments":
            text = f"Prompt with arguments: arg1={given.get('arg1')!r}, arg2={given.get('arg2')!r}"
            return _messages(TextContent(text=text))
        case "test_prompt_with_embedded_resource":
            resource = TextResourceContents(
                uri=given["resourceUri"], mime_type="text/plain", text="Embedded resource content for testing."
            )
            text = "Please process the embedded resource above."
            return _messages(EmbeddedResource(resource=resource), TextContent(text=text))
        case "test_prompt_with_image":
            picture = ImageContent(data=png(), mime_type="image/png")
            return _messages(picture, TextContent(text="Please analyze the image above."))
        case _:
            return None


def _messages(*contents: ContentBlock) -> GetPromptResult:
    return GetPromptResult(messages=[PromptMessage(role="user", content=each) for each in contents])
