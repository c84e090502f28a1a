"""Tools and a prompt that ask back before they answer, in one round or several."""

from mcp_types import (
    CallToolRequestParams,
    CallToolResult,
    ClientCapabilities,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitationCapability,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    GetPromptRequestParams,
    GetPromptResult,
    InputRequiredResult,
    InputResponses,
    ListRootsRequest,
    ListRootsResult,
    Prompt,
    PromptMessage,
    SamplingCapability,
    SamplingMessage,
    TextContent,
)

from tests.conformance.words import Context, said, tools

PROMPT = Prompt(name="test_input_required_result_prompt", description="Asks for the context first.")
Answer = CallToolResult | InputRequiredResult


def _form(message: str, field: str, kind: str = "string") -> ElicitRequest:
    schema = {"type": "object", "properties": {field: {"type": kind}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _sample(question: str, most: int) -> CreateMessageRequest:
    asked = SamplingMessage(role="user", content=TextContent(text=question))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[asked], max_tokens=most))


def _filled_in(given: InputResponses | None, name: str, field: str) -> object:
    """What somebody wrote into a form; None where nobody did."""
    answer = (given or {}).get(name)
    if not isinstance(answer, ElicitResult) or answer.action != "accept":
        return None
    return (answer.content or {}).get(field)


def _sampled(given: InputResponses | None, name: str) -> str | None:
    answer = (given or {}).get(name)
    if not isinstance(answer, CreateMessageResult):
        return None
    return answer.content.text if isinstance(answer.content, TextContent) else ""


def _roots(given: InputResponses | None) -> list[str] | None:
    answer = (given or {}).get("client_roots")
    return [str(root.uri) for root in answer.roots] if isinstance(answer, ListRootsResult) else None


async def input_required_result_elicitation(_: Context, params: CallToolRequestParams) -> Answer:
    """Asks for a name."""
    name = _filled_in(params.input_responses, "user_name", "name")
    if not isinstance(name, str):
        return InputRequiredResult(input_requests={"user_name": _form("What is your name?", "name")})
    return said(f"Hello, {name}!")


async def streaming_elicitation(context: Context, params: CallToolRequestParams) -> Answer:
    """Asks for a name, and tells how far it is."""
    await context.session.report_progress(1, 2)
    return await input_required_result_elicitation(context, params)


async def input_required_result_sampling(_: Context, params: CallToolRequestParams) -> Answer:
    """Asks a model."""
    told = _sampled(params.input_responses, "capital_question")
    if told is None:
        question = _sample("What is the capital of France?", 100)
        return InputRequiredResult(input_requests={"capital_question": question})
    return said(f"It says: {told}")


async def input_required_result_list_roots(_: Context, params: CallToolRequestParams) -> Answer:
    """Asks for roots."""
    roots = _roots(params.input_responses)
    if roots is None:
        return InputRequiredResult(input_requests={"client_roots": ListRootsRequest()})
    return said(f"Roots: {', '.join(roots)}")


async def input_required_result_request_state(_: Context, params: CallToolRequestParams) -> Answer:
    """Asks for a yes, and knows again whom it asked."""
    if params.request_state != "asked" or _filled_in(params.input_responses, "confirm", "ok") is None:
        return InputRequiredResult(
            input_requests={"confirm": _form("Please confirm", "ok", "boolean")}, request_state="asked"
        )
    return said("state-ok")


async def input_required_result_tampered_state(context: Context, params: CallToolRequestParams) -> Answer:
    """Asks for a yes, and knows when its words were changed."""
    return await input_required_result_request_state(context, params)


async def input_required_result_multiple_inputs(_: Context, params: CallToolRequestParams) -> Answer:
    """Asks a person, a model and the client."""
    given = params.input_responses
    name, greeting, roots = _filled_in(given, "user_name", "name"), _sampled(given, "greeting"), _roots(given)
    if params.request_state != "asked" or name is None or greeting is None or roots is None:
        return InputRequiredResult(
            input_requests={
                "user_name": _form("What is your name?", "name"),
                "greeting": _sample("Generate a greeting", 50),
                "client_roots": ListRootsRequest(),
            },
            request_state="asked",
        )
    return said(f"{greeting} {name}, with {len(roots)} roots")


async def input_required_result_multi_round(_: Context, params: CallToolRequestParams) -> Answer:
    """Asks twice."""
    name = _filled_in(params.input_responses, "step1", "name")
    if params.request_state is None or (params.request_state == "1" and name is None):
        return InputRequiredResult(
            input_requests={"step1": _form("Step 1: What is your name?", "name")}, request_state="1"
        )
    colour = _filled_in(params.input_responses, "step2", "color")
    if colour is None:
        return InputRequiredResult(
            input_requests={"step2": _form("Step 2: What is your favorite color?", "color")},
            request_state=f"2 {name}" if name else params.request_state,
        )
    return said(f"{params.request_state.removeprefix('2 ')} likes {colour}")


async def input_required_result_capabilities(context: Context, _: CallToolRequestParams) -> Answer:
    """Asks whomever the client has."""
    asked: dict[str, ElicitRequest | CreateMessageRequest | ListRootsRequest] = {}
    if context.session.check_client_capability(ClientCapabilities(sampling=SamplingCapability())):
        asked["model"] = _sample("What is the capital of France?", 100)
    if context.session.check_client_capability(ClientCapabilities(elicitation=ElicitationCapability())):
        asked["person"] = _form("What is your name?", "name")
    return InputRequiredResult(input_requests=asked) if asked else said("There is nobody to ask.")


def prompt(params: GetPromptRequestParams) -> GetPromptResult | InputRequiredResult:
    context = _filled_in(params.input_responses, "user_context", "context")
    if context is None:
        question = _form("What context should the prompt use?", "context")
        return InputRequiredResult(input_requests={"user_context": question})
    return GetPromptResult(messages=[PromptMessage(role="user", content=TextContent(text=f"Context: {context}"))])


TOOLS = tools(
    input_required_result_elicitation,
    streaming_elicitation,
    input_required_result_sampling,
    input_required_result_list_roots,
    input_required_result_request_state,
    input_required_result_tampered_state,
    input_required_result_multiple_inputs,
    input_required_result_multi_round,
    input_required_result_capabilities,
)
