"""The one gateway to vision models: any endpoint that speaks chat completions with a JSON schema, by base URL, model
and key.

It answers our own types or raises `NoAnswer`, which is never an accept and never a reject. Bounded: how many
pictures and bytes go out, how long an answer may take in all, how often it is tried, and how many tokens may come
back. Imported where a model is asked: the library it stands on is heavy, and most processes never look.
"""

import base64
import time
from collections.abc import Sequence
from typing import Any

import httpx2
import openai
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from verification import vision
from verification.vision import MOST_PICTURES, Endpoint, Item, Look, NoAnswer

_NAME = "observations"


def ask(endpoint: Endpoint, *, pictures: Sequence[bytes], asked: Sequence[Item]) -> Look:
    """Look at the pictures (JPEG, our own working copies) and answer each item."""
    reason = "not tried"
    for attempt in range(endpoint.tries):
        try:
            return _ask_once(endpoint, pictures[:MOST_PICTURES], asked)
        except NoAnswer as nothing:
            reason = nothing.reason
            if not nothing.again or attempt + 1 == endpoint.tries:
                raise
    raise NoAnswer(reason, again=True)


def _ask_once(endpoint: Endpoint, pictures: Sequence[bytes], asked: Sequence[Item]) -> Look:
    # The library's own tries are off: they would wait for as long as a server tells them to.
    with openai.OpenAI(
        base_url=endpoint.base_url, api_key=endpoint.key or "none", max_retries=0, timeout=endpoint.seconds
    ) as client:
        try:
            completion = _within(client, endpoint, pictures, asked)
        except openai.APITimeoutError as error:
            raise NoAnswer("too slow", again=True) from error
        except openai.APIConnectionError as error:
            raise NoAnswer("not reached", again=True) from error
        except openai.APIStatusError as error:
            raise NoAnswer(f"answered {error.status_code}", again=error.status_code >= 500) from error
        except httpx2.HTTPError as error:
            # While the body is read, the library lets its transport's own errors through.
            slow = isinstance(error, httpx2.TimeoutException)
            raise NoAnswer("too slow" if slow else "cut off", again=True) from error
        except openai.OpenAIError as error:
            raise NoAnswer(f"no answer: {type(error).__name__}", again=True) from error
    return _read(endpoint, completion, asked)


def _within(
    client: openai.OpenAI, endpoint: Endpoint, pictures: Sequence[bytes], asked: Sequence[Item]
) -> ChatCompletion:
    """Read piece by piece: a server that drips must not hold a worker for longer than a slow one may."""
    until = time.monotonic() + endpoint.seconds
    with client.chat.completions.with_streaming_response.create(
        model=endpoint.model,
        messages=_messages(pictures, asked),
        response_format={
            "type": "json_schema",
            "json_schema": {"name": _NAME, "schema": vision.schema(asked), "strict": True},
        },
        max_completion_tokens=endpoint.most_tokens,
        temperature=0,
    ) as response:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > 1_000_000:
                raise NoAnswer("too long", again=False)
            if time.monotonic() > until:
                raise NoAnswer("too slow", again=True)
    try:
        return ChatCompletion.model_validate_json(bytes(body))
    except ValueError as error:
        raise NoAnswer("no completion", again=True) from error


def _messages(pictures: Sequence[bytes], asked: Sequence[Item]) -> list[ChatCompletionMessageParam]:
    parts: list[Any] = [{"type": "text", "text": vision.as_data(asked)}]
    for picture in pictures:
        url = "data:image/jpeg;base64," + base64.b64encode(picture).decode()
        parts.append({"type": "image_url", "image_url": {"url": url, "detail": "high"}})
    return [{"role": "system", "content": vision.INSTRUCTIONS}, {"role": "user", "content": parts}]


def _read(endpoint: Endpoint, completion: ChatCompletion, asked: Sequence[Item]) -> Look:
    if len(completion.choices) != 1:
        raise NoAnswer("no choice", again=True)
    choice = completion.choices[0]
    if choice.message.refusal:
        raise NoAnswer("refused", again=False)
    if choice.finish_reason != "stop":
        raise NoAnswer(f"ended by {choice.finish_reason}", again=False)
    try:
        read = vision.read(
            choice.message.content or "", asked, model=endpoint.model, version=completion.model or endpoint.model
        )
    except vision.Unreadable as error:
        raise NoAnswer(f"unreadable: {error}", again=True) from error
    usage = completion.usage
    return Look(read, usage.prompt_tokens if usage else 0, usage.completion_tokens if usage else 0)
