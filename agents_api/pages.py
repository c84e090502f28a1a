"""Lists: `{"data": […], "next": cursor or null}`.

A cursor is opaque to whoever gets it, and is checked on its return.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from bounties.shapes import By, Integer, Reader
from market.errors import DomainError
from market.ids import decode, encode

LARGEST_PAGE = 100
USUAL_PAGE = 25
_CURSOR = "cur"

Row = TypeVar("Row")


class InvalidCursor(DomainError):
    """The cursor is none that was given out here."""

    code = "invalid_page_cursor"
    fix = "Use the value of `next` from the page before, or leave it out to begin anew."


class InvalidLimit(DomainError):
    """A page cannot be that large."""

    code = "invalid_limit"
    fix = f"Ask for 1 to {LARGEST_PAGE} entries."


def _read_cursor(value: object, param: str) -> UUID | None:
    if value == "":
        return None  # a loop that sends what it has, from the first page on
    position = decode(_CURSOR, str(value))
    if position is None:
        raise InvalidCursor("This is not a cursor.", param=param)
    return position


LIMIT = Integer(
    text=f"How many at most; {USUAL_PAGE} if absent.", least=1, most=LARGEST_PAGE, refused_as=InvalidLimit, sample=25
)
QUERY: Mapping[str, Reader[Any]] = {
    "limit": LIMIT,
    "cursor": By(
        text="`next` of the page before. Absent or empty: from the newest.",
        reads=_read_cursor,
        says=lambda _: {"type": "string", "pattern": f"^({_CURSOR}_[0-9a-hjkmnp-tv-z]{{26}})?$"},
        refuses=frozenset({InvalidCursor}),
    ),
}


def asked(query: Mapping[str, Any]) -> tuple[int, UUID | None]:
    """The size of the page, and what it begins after."""
    return query.get("limit", USUAL_PAGE), query.get("cursor")


def page(
    rows: Sequence[Row], *, limit: int, position: Callable[[Row], UUID], show: Callable[[Row], dict[str, Any]]
) -> dict[str, Any]:
    """One page of rows that were read with one more than the limit, to know whether there are more."""
    shown = rows[:limit]
    following = encode(_CURSOR, position(shown[-1])) if len(rows) > limit else None
    return {"data": [show(row) for row in shown], "next": following}
