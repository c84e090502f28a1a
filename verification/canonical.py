"""Frozen dataclasses to canonical JSON (RFC 8785) and back, losing nothing.

What belongs here: the spelling. What the facts mean stands beside the dataclasses. Moments are written in UTC with
microseconds, so that equal facts are equal bytes and can be hashed and signed.
"""

import dataclasses
import json
import types
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import rfc8785

from market.errors import DomainError

T = TypeVar("T")

_MOMENT = "%Y-%m-%dT%H:%M:%S.%fZ"
# A field that carries this in its metadata has a type of its own making: {"encode": f, "decode": f(value, siblings)}.
CODEC = "codec"


class UnreadableFacts(DomainError):
    """Facts that were kept cannot be read by these rules."""

    code = "unreadable_facts"
    fix = "These facts were not written by this version's rules: read them with the version they name."


def dumps(value: Any) -> bytes:
    """Canonical bytes of plain JSON values."""
    try:
        return rfc8785.dumps(value)
    except rfc8785.CanonicalizationError as error:
        raise UnreadableFacts(f"This has no canonical JSON form: {error}") from error


def loads(text: bytes | str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise UnreadableFacts(f"This is not JSON: {error}") from error


def to_plain(value: Any) -> Any:
    """A dataclass as dicts, lists, strings and numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: field.metadata[CODEC][0](getattr(value, field.name))
            if CODEC in field.metadata
            else to_plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
    if isinstance(value, datetime):
        return write_moment(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, Mapping):
        return {str(key): to_plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(f"{type(value).__name__} has no place in stored facts")


def from_plain(kind: type[T], plain: Any) -> T:
    """Read a dataclass back. Unknown fields are refused; absent ones take their default, if they have one."""
    return _read(kind, plain, kind.__name__)  # type: ignore[no-any-return]


def write_moment(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise UnreadableFacts("A moment without an offset means nothing.")
    return moment.astimezone(UTC).strftime(_MOMENT)


def read_moment(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """JSON lets a name stand twice, and readers then differ on which one counts: no signed thing may allow that."""
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return read


def _read(kind: Any, plain: Any, where: str) -> Any:  # noqa: PLR0911 - one answer for each sort of type
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return _read_union(kind, plain, where)
    if origin is tuple:
        (item, _) = get_args(kind)
        return tuple(_read(item, each, f"{where}[{n}]") for n, each in enumerate(_expect(list, plain, where)))
    if origin is not None and issubclass(origin, Mapping):
        (_, item) = get_args(kind)
        read = _expect(dict, plain, where)
        return {key: _read(item, each, f"{where}.{key}") for key, each in read.items()}
    if dataclasses.is_dataclass(kind):
        return _read_dataclass(kind, plain, where)
    if kind is datetime or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        read_word: Any = read_moment if kind is datetime else kind
        word = _expect(str, plain, where)
        try:
            return read_word(word)
        except ValueError as error:
            raise UnreadableFacts(f"{where}: {error}") from error
    if kind is float:
        # JSON writes 1.0 as 1: the field, not the spelling, says that it is a float.
        if isinstance(plain, bool) or not isinstance(plain, int | float):
            raise UnreadableFacts(f"{where}: a number was expected.")
        return float(plain)
    return _expect(kind, plain, where)


def _read_union(kind: Any, plain: Any, where: str) -> Any:
    choices = [each for each in get_args(kind) if each is not type(None)]
    if plain is None and len(choices) < len(get_args(kind)):
        return None
    for each in choices:
        # bool before int, exact type first: True must not come back as 1.
        if each in (bool, int, str) and type(plain) is each:
            return plain
    if float in choices and isinstance(plain, int | float) and not isinstance(plain, bool):
        return float(plain)
    if len(choices) == 1:
        return _read(choices[0], plain, where)
    raise UnreadableFacts(f"{where}: none of the types this may have.")


def _read_dataclass(kind: Any, plain: Any, where: str) -> Any:
    read = _expect(dict, plain, where)
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}
    if unknown := sorted(read.keys() - fields.keys()):
        raise UnreadableFacts(f"{where}: unknown fields {', '.join(unknown)}.")
    values = {}
    for name, field in fields.items():
        if name not in read:
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
                raise UnreadableFacts(f"{where}.{name}: missing.")
        elif CODEC in field.metadata:
            values[name] = field.metadata[CODEC][1](read[name], read)
        else:
            values[name] = _read(hints[name], read[name], f"{where}.{name}")
    try:
        return kind(**values)
    except ValueError as error:
        raise UnreadableFacts(f"{where}: {error}") from error


def _expect(kind: Any, plain: Any, where: str) -> Any:
    if type(plain) is not kind:
        raise UnreadableFacts(f"{where}: {kind.__name__} was expected, {type(plain).__name__} stands there.")
    return plain
