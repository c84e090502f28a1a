"""Lists: `{"data": […], "next": cursor or null}`.

A cursor is opaque to whoever gets it, and is checked on its return.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

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


def read_limit(text: str | None) -> int:
    if text is None:
        return USUAL_PAGE
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= LARGEST_PAGE):
        raise InvalidLimit("This is not a page size.", param="/limit")
    return int(text)


def read_cursor(text: str | None) -> UUID | None:
    if not text:
        return None
    position = decode(_CURSOR, text)
    if position is None:
        raise InvalidCursor("This is not a cursor.", param="/cursor")
    return position


def page(
    rows: Sequence[Row], *, limit: int, position: Callable[[Row], UUID], show: Callable[[Row], dict[str, Any]]
) -> dict[str, Any]:
    """One page of rows that were read with one more than the limit, to know whether there are more."""
    shown = rows[:limit]
    following = encode(_CURSOR, position(shown[-1])) if len(rows) > limit else None
    return {"data": [show(row) for row in shown], "next": following}
