"""JSON as it comes in and goes out. Hostile input is refused here, before anything is built from it."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import orjson
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from bounties.reading import twice
from market.headers import header
from market.limits import LARGEST_JSON, too_large
from market.problems import MalformedJson

LARGEST_BODY = LARGEST_JSON
# Far more than anything asked for here, and far less than what those who walk through it can bear.
DEEPEST = 32
# And of some texts too: as many as a body has fields, or more.
_ENDS_OF_NAMES = re.compile(rb'"[ \t\r\n]*:')


class ByteStream(Protocol):
    def read(self, size: int, /) -> bytes: ...


class JsonParser(BaseParser):
    media_type = "application/json"

    def parse(
        self, stream: ByteStream, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        request = (parser_context or {}).get("request")
        if request is not None and header(request, "Content-Encoding", "identity") != "identity":
            raise UnsupportedMediaType(media_type or self.media_type)
        # Not by the length that the sender gives: it may give none, and may lie.
        body = stream.read(LARGEST_BODY + 1)
        if len(body) > LARGEST_BODY:
            raise too_large(LARGEST_BODY)
        if not body.strip():
            return {}
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise MalformedJson(f"The body is not valid JSON: {error.msg} at character {error.pos}.") from error
        if not isinstance(parsed, dict):
            raise MalformedJson("The body must be a JSON object.")
        if body.count(b"{") + body.count(b"[") > DEEPEST and _is_deep(parsed):
            raise MalformedJson(f"The body is nested more than {DEEPEST} levels deep.")
        if len(_ENDS_OF_NAMES.findall(body)) != _fields(parsed):
            _refuse_twice(body)
        return parsed


def _is_deep(parsed: dict[str, Any]) -> bool:
    level: list[Any] = [parsed]
    for _ in range(DEEPEST):
        inside = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [value for values in inside for value in values]
    return any(isinstance(each, dict | list) for each in level)


def _fields(parsed: object) -> int:
    if isinstance(parsed, dict):
        return len(parsed) + sum(_fields(each) for each in parsed.values() if isinstance(each, dict | list))
    return sum(_fields(each) for each in parsed if isinstance(each, dict | list)) if isinstance(parsed, list) else 0


def _refuse_twice(body: bytes) -> None:
    """Looked at closely, because it does not look like a body that says each field once."""

    def once(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                raise twice(name)
            seen.add(name)

    json.loads(body, object_pairs_hook=once)


class JsonRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "binary"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None:
            return b""
        if isinstance(data, bytes):  # kept from the first time, and repeated to the letter
            return data
        return orjson.dumps(data, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


class Negotiation(DefaultContentNegotiation):
    """DRF's, asked where there is something to negotiate: most take what there is, or ask for that and nothing else."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        usual, *_ = renderers
        if format_suffix is None and header(request, "Accept", "*/*") in ("*/*", usual.media_type):
            return usual, str(usual.media_type)
        negotiated: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, format_suffix)
        return negotiated
