"""Reading the feed. Call these outside a transaction, or in one that is READ COMMITTED (Django's default)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from market.errors import DomainError, Kind
from market.events import cursors

START = 0
LARGEST_PAGE = 1_000
_BEYOND = 2**63 - 1  # no event is there


class CursorExpired(DomainError):
    """The events after this cursor are no longer kept."""

    code = "cursor_expired"
    kind = Kind.CONFLICT
    fix = "Begin again without a cursor, and fetch anew what you follow: events from in between are no longer kept."


@dataclass(frozen=True)
class Entry:
    """One event as a reader sees it, with the cursor that continues after it."""

    id: UUID
    type: str
    mode: str
    at: datetime
    data: dict[str, Any]
    cursor: str


@dataclass(frozen=True)
class Page:
    events: tuple[Entry, ...]
    # Continues after this page. It moves on even where there was no event, so that a quiet reader never falls behind.
    next: str
    # There may be more to read at once.
    more: bool
    # Something is there that may not be told yet: a transaction of the same account may still bring what comes before.
    held_back: bool


@dataclass(frozen=True)
class Reader:
    account_id: UUID
    position: int
    limit: int


def after(*, account_id: UUID, cursor: str | None, limit: int = 100) -> Page:
    """The events of an account after a cursor, oldest first; from the oldest kept where there is no cursor."""
    [answer] = read([reader(account_id=account_id, cursor=cursor, limit=limit)])
    if isinstance(answer, CursorExpired):
        raise answer
    return answer


def end(*, account_id: UUID) -> int:
    """The position up to which everything can be told by now: whoever reads on from there misses nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT readable_through FROM events_after(%s::uuid[], %s::bigint[], %s::integer[])",
            [[account_id], [_BEYOND], [1]],
        )
        position: int = cursor.fetchone()[0]
    return position


def reader(*, account_id: UUID, cursor: str | None, limit: int) -> Reader:
    if not 1 <= limit <= LARGEST_PAGE:
        raise ValueError(f"a page has between 1 and {LARGEST_PAGE} events")
    position = START if cursor is None else cursors.decode(account_id=account_id, cursor=cursor)
    return Reader(account_id, position, limit)


def read(readers: Sequence[Reader]) -> list[Page | CursorExpired]:
    """Pages for many readers at the price of one question. How far each may read is decided in the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {_COLUMNS} FROM events_after(%s::uuid[], %s::bigint[], %s::integer[])",  # noqa: S608
            [
                [each.account_id for each in readers],
                [each.position for each in readers],
                [each.limit for each in readers],
            ],
        )
        found: list[list[_Row]] = [[] for _ in readers]
        for row in map(_Row._make, cursor.fetchall()):
            found[row.reader - 1].append(row)
    return [_answer(each, rows) for each, rows in zip(readers, found, strict=True)]


class _Row(NamedTuple):
    """One event for one reader, or one row without an event for a reader who has none."""

    reader: int
    drawn_through: int  # the last position given to anybody
    readable_through: int  # what this reader may read, as far as that is decided
    forgotten_through: int
    held_back: bool
    position: int | None
    id: UUID
    type: str
    mode: str
    at: datetime
    data: str


_COLUMNS = ", ".join(_Row._fields)


def _answer(reader: Reader, rows: Sequence[_Row]) -> Page | CursorExpired:
    state = rows[0]
    if START < reader.position < state.forgotten_through:
        return CursorExpired("Events after this cursor are no longer kept.", param="after")
    if reader.position > state.drawn_through:
        # A cursor from before a backup was restored, from a time that for the database has not been.
        return CursorExpired("This cursor is from events that were lost.", param="after")
    events = tuple(_entry(reader.account_id, row) for row in rows if row.position is not None)
    more = len(events) == reader.limit
    if more:
        following = events[-1].cursor
    else:
        # Everything up to there has been read, or is nobody's and never will be anybody's.
        position = max(reader.position, state.readable_through)
        following = cursors.encode(account_id=reader.account_id, position=position)
    return Page(events, following, more, state.held_back)


def _entry(account_id: UUID, row: _Row) -> Entry:
    assert row.position is not None
    cursor = cursors.encode(account_id=account_id, position=row.position)
    return Entry(row.id, row.type, row.mode, row.at, json.loads(row.data), cursor)
