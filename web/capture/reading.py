"""Reading what a phone sends: JSON and pieces of files, refused by size before they are read."""

from typing import Any, ClassVar

import orjson
from django.http import HttpRequest

from bounties import reading
from bounties.reading import InvalidField
from market.errors import DomainError, Kind
from market.problems import BodyTooLarge, MalformedJson
from verification.photos.formats import LARGEST_BYTES

LARGEST_JSON = 256 * 1024  # five hundred fixes are some sixty


class MissingHeader(DomainError):
    """The upload does not say where it begins or how long it is."""

    code = "missing_header"
    kind: ClassVar[Kind] = Kind.INVALID
    fix = "Send `Upload-Offset` and `Upload-Length` as whole numbers of bytes."


def json_object(request: HttpRequest, *, known: tuple[str, ...], needed: tuple[str, ...]) -> dict[str, Any]:
    body = _read(request, LARGEST_JSON)
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MalformedJson(f"The body is not valid JSON: {error.msg} at character {error.pos}.") from error
    return dict(reading.fields(parsed, param="", known=known, needed=needed))


def piece(request: HttpRequest) -> bytes:
    return _read(request, LARGEST_BYTES)


def header(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise MissingHeader(f"The header `{name}` is missing, or no whole number.", param=name)
    return int(text)


def text(value: object, *, param: str, most: int) -> str:
    if not isinstance(value, str) or len(value) > most or "\x00" in value:
        raise InvalidField(f"This must be text of at most {most} characters.", param=param)
    return value


def _read(request: HttpRequest, most: int) -> bytes:
    # First by what it says of itself, which costs nothing; then by what comes, because it may say nothing, or lie.
    announced = request.META.get("CONTENT_LENGTH") or "0"
    if announced.isdigit() and int(announced) > most:
        raise BodyTooLarge("This body is too large.", facts={"most_bytes": most})
    body: bytes = request.read(most + 1)
    if len(body) > most:
        raise BodyTooLarge("This body is too large.", facts={"most_bytes": most})
    return body
