"""Lists: `{"data": […], "next": cursor or null}`, and the address of the next page in a Link header (RFC 8288).

A cursor is opaque to whoever gets it, and is checked on its return.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from bounties.shapes import By, Integer, Reader
from market.errors import DomainError
from market.ids import decode, encode

LARGEST_PAGE = 100
USUAL_PAGE = 25
_CURSOR = "cur"

T = TypeVar("T")
Row = TypeVar("Row", bound=Model)


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


def newest(rows: QuerySet[Row], query: Mapping[str, Any]) -> list[Row]:
    """The newest first, after the cursor: one more than the page holds, so that it is known whether there are more."""
    limit, before = asked(query)
    return list((rows.filter(id__lt=before) if before else rows).order_by("-id")[: limit + 1])


def answer(
    request: Request,
    query: Mapping[str, Any],
    rows: Sequence[T],
    *,
    show: Callable[[T], dict[str, Any]],
    position: Callable[[T], UUID] = attrgetter("id"),
) -> Response:
    """One page of rows that were read with one more than it holds. What comes next is told in its header too."""
    limit, _ = asked(query)
    shown = rows[:limit]
    following = encode(_CURSOR, position(shown[-1])) if len(rows) > limit else None
    answered = Response({"data": [show(row) for row in shown], "next": following})
    if following is not None:
        asked_for = urlencode({**request.query_params.dict(), "cursor": following})
        answered.headers["Link"] = f'<{request.path}?{asked_for}>; rel="next"'
    return answered
