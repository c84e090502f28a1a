"""Reading one value out of what a stranger sent: the right type, inside its bounds, or a refusal that names the field.

Plain JSON values only, and no framework: both doors hand over what they parsed. `param` is a JSON pointer (RFC 6901).
"""

import difflib
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar

from bounties.places import E7, Place
from market.errors import DomainError

# How much of two names must be the same. With less, what is suggested is something else: a `price` is no `place`.
_ALIKE = 0.7
_NEARLY_THE_SAME = 0.9
# What others call the things that have a name of their own here.
_CALLED_ELSEWHERE: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(("latitude",), ("lat",)),
    **dict.fromkeys(("longitude", "lon", "long"), ("lng",)),
    **dict.fromkeys(("radius", "radius_meters", "radius_metres"), ("radius_m",)),
    **dict.fromkeys(("location", "coordinates", "position", "address"), ("place",)),
    **dict.fromkeys(("price", "amount", "payment", "pay", "budget", "max_price"), ("reward", "amount")),
    **dict.fromkeys(("deadline", "expires_at", "expires", "ends_at", "end", "until"), ("closes_at", "expires_at")),
    **dict.fromkeys(("starts_at", "start", "from"), ("opens_at",)),
    **dict.fromkeys(("description", "instructions", "prompt", "task"), ("questions", "text")),
    **dict.fromkeys(("requirements", "conditions"), ("criteria",)),
    **dict.fromkeys(("notes", "note", "comment"), ("note", "private_note", "text")),
    **dict.fromkeys(("message", "body", "question"), ("text",)),
    **dict.fromkeys(("quantity", "copies"), ("slots", "count")),
    **dict.fromkeys(("tags", "labels", "external_id"), ("metadata",)),
    **dict.fromkeys(("reason",), ("ground",)),
    **dict.fromkeys(("state",), ("status",)),
    **dict.fromkeys(("email",), ("contact",)),
    **dict.fromkeys(("mode",), ("strategy",)),
    **dict.fromkeys(("items",), ("bounties",)),
    **dict.fromkeys(("events", "event_types"), ("types",)),
    **dict.fromkeys(("per_page", "page_size", "max_results"), ("limit",)),
    **dict.fromkeys(("page_token", "starting_after", "offset"), ("cursor", "after")),
    **dict.fromkeys(("timeout", "wait_seconds"), ("wait",)),
    **dict.fromkeys(("version", "after_version"), ("since_version",)),
}
# Python reads weeks, commas and seconds of an offset too, and stops reading at a NUL.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:(?P<second>\d\d)(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)", re.ASCII)

T = TypeVar("T")
Choice = TypeVar("Choice", bound=StrEnum)


class MissingField(DomainError):
    """A field that is needed was not sent. `facts`: missing, where there are several."""

    code = "missing_field"
    fix = "Send what is missing too."


class UnknownField(DomainError):
    """A field was sent that does not exist here. `facts`: nearest, the name that was perhaps meant."""

    code = "unknown_field"
    fix = "Leave this field out, or correct its name."


class GivenTwice(DomainError):
    """A field stands twice in one object, or a parameter in one query."""

    code = "given_twice"
    fix = "Send it once, with the value that you mean."


class InvalidField(DomainError):
    """A field's value is of the wrong type or out of bounds."""

    code = "invalid_field"
    fix = "Send a value of the type and within the bounds that the documentation gives."


class UnknownCurrency(DomainError):
    """The currency is none that is dealt in."""

    code = "unknown_currency"
    fix = 'Prices are in "usd".'


class InvalidPlace(DomainError):
    """A latitude or longitude is not one."""

    code = "invalid_place"
    fix = "Send latitude -90 to 90 and longitude -180 to 180, as plain numbers in degrees (WGS 84)."


class InvalidTime(DomainError):
    """A moment is not written in RFC 3339, or has no offset."""

    code = "invalid_time"
    fix = 'Send times as RFC 3339 with an offset, for example "2026-11-20T09:00:00Z".'


def fields(
    value: object,
    *,
    param: str,
    known: Collection[str],
    needed: Collection[str] = (),
    within: Mapping[str, Collection[str]] | None = None,
    choices: Callable[[str], Sequence[str]] = lambda _: (),
) -> Mapping[str, Any]:
    """An object with no field that we do not know: a misspelt wish must not be silently ignored.

    `within`: what stands inside fields that are objects themselves, for whoever sends it one level too high.
    `choices`: the words that a field may be, where it is one of some.
    """
    if not isinstance(value, Mapping):
        raise InvalidField(f"This must be an object with {', '.join(known)}.", param=param or "/")
    for name in value:
        if name not in known:
            raise unknown(name, known, param=f"{param}/{pointer(name)}", within=within)
    missing = [name for name in needed if value.get(name) is None]
    if len(missing) > 1:
        told = ", ".join(f"`{name}`" for name in missing[:-1])
        sentence = f"{told} and `{missing[-1]}` are missing."
        raise MissingField(sentence, param=f"{param}/{missing[0]}", facts={"missing": missing})
    if missing:
        words = choices(missing[0])
        told = f": one of {', '.join(words)}" if words else ""
        raise MissingField(f"`{missing[0]}` is missing{told}.", param=f"{param}/{missing[0]}")
    return value


def pointer(name: object) -> str:
    """A name as a step of a JSON pointer; cut short, because it comes from a stranger."""
    return str(name)[:60].replace("~", "~0").replace("/", "~1")


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def matches(pattern: str, value: str) -> bool:
    r"""Whether the whole of it is of the pattern. `$` alone would let a line feed through at the end."""
    return not value.endswith("\n") and _pattern(pattern).search(value) is not None


def integer(value: object, *, param: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidField("This must be a whole number.", param=param)
    if not least <= value <= most:
        raise InvalidField(f"This must be from {least} to {most}.", param=param)
    return value


def metres(value: object, *, param: str, least: int, most: int) -> int:
    """A length, to the nearest metre."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InvalidField("This must be a number of metres.", param=param)
    if not least <= value <= most:
        raise InvalidField(f"This must be from {least} to {most} metres.", param=param)
    return round(value)


def degrees_e7(value: object, *, param: str, most: int) -> int:
    """Degrees as whole 1e-7 degrees: negative zero and the dust of floats end here."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or abs(value) > most:
        raise InvalidPlace(f"This must be a number from -{most} to {most}.", param=param)
    return round(value * E7)


def location(value: object, *, param: str = "/location") -> Place:
    """Where a scout says to be."""
    given = fields(value, param=param, known=("lat", "lng", "accuracy_m"), needed=("lat", "lng"))
    return Place.of_e7(
        degrees_e7(given["lat"], param=f"{param}/lat", most=90),
        degrees_e7(given["lng"], param=f"{param}/lng", most=180),
    )


def currency(value: object, param: str = "/currency") -> str:
    if value != "usd":
        raise UnknownCurrency("Only US dollars are traded here.", param=param)
    return "usd"


def truth(value: object, *, param: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidField("This must be true or false.", param=param)
    return value


def choice(value: object, kind: type[Choice], *, param: str) -> Choice:
    words = [each.value for each in kind]
    if not isinstance(value, str) or value not in words:
        raise InvalidField(f"This must be one of {', '.join(words)}.", param=param)
    return kind(value)


def moment(value: object, *, param: str) -> datetime:
    """A moment with an offset, in UTC. A time without one means something else in every place."""
    if isinstance(value, datetime):
        return _in_utc(value, param=param)
    if not isinstance(value, str):
        raise InvalidTime("This must be a moment, written as a string.", param=param)
    found = _MOMENT.fullmatch(value) if len(value) <= 40 else None
    if found is None:
        without_offset = _MOMENT.fullmatch(f"{value[:40]}Z") is not None
        why = "This moment has no offset from UTC." if without_offset else "This is not a moment in RFC 3339."
        raise InvalidTime(why, param=param)
    leaps = found["second"] == "60"  # to this calendar the first second of the next day
    text = f"{value[:17]}59{value[19:]}" if leaps else value
    try:
        read = _in_utc(datetime.fromisoformat(text.upper()), param=param)
        return _after_leaping(read) if leaps else read
    except (ValueError, OverflowError) as error:
        raise InvalidTime("There is no such moment in the calendar.", param=param) from error


def _after_leaping(last_second: datetime) -> datetime:
    if (last_second.hour, last_second.minute) != (23, 59):
        raise ValueError("seconds leap at the end of a day")
    return last_second + timedelta(seconds=1)


def _in_utc(moment: datetime, *, param: str) -> datetime:
    if moment.tzinfo is None:
        raise InvalidTime("This moment has no offset from UTC.", param=param)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise InvalidTime("This moment is outside the calendar.", param=param) from error


def items(value: object, read: Callable[[object, str], T], *, param: str, least: int, most: int) -> tuple[T, ...]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise InvalidField("This must be a list.", param=param)
    if not least <= len(value) <= most:
        raise InvalidField(f"This must have {least} to {most} items.", param=param)
    return tuple(read(each, f"{param}/{position}") for position, each in enumerate(value))


def unknown(
    name: object,
    known: Collection[str],
    *,
    param: str,
    what: str = "field",
    within: Mapping[str, Collection[str]] | None = None,
) -> UnknownField:
    shown = _shown(name)
    nearest = _meant(shown, known)
    if nearest:
        sentence = f"There is no {what} `{shown}` here. Did you mean `{nearest}`?"
        return UnknownField(sentence, param=param, facts={"nearest": nearest})
    for outer, inner in (within or {}).items():
        if inside := _meant(shown, inner, alike=_NEARLY_THE_SAME):
            return UnknownField(f"There is no {what} `{shown}` here. `{inside}` stands inside `{outer}`.", param=param)
    return UnknownField(f"There is no {what} `{shown}` here. Known here: {', '.join(known) or 'none'}.", param=param)


def twice(name: str, *, what: str = "field", param: str | None = None) -> GivenTwice:
    """Of two rewards one reader takes the first and another the last: nobody knows which one was meant."""
    return GivenTwice(f"The {what} `{_shown(name)}` stands here twice.", param=param)


def _shown(name: object) -> str:
    return str(name)[:60].encode("ascii", "backslashreplace").decode()


def _meant(name: str, known: Collection[str], *, alike: float = _ALIKE) -> str | None:
    lower = name.lower()
    called = next((each for each in _CALLED_ELSEWHERE.get(lower, ()) if each in known), None)
    return called or next(iter(difflib.get_close_matches(lower, known, n=1, cutoff=alike)), None)
