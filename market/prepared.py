"""A query that the ORM compiles once, and Postgres plans once for each connection.

Building and compiling a queryset takes longer than Postgres needs to find the nearest of a million bounties, and
planning takes as long. So the queryset is built with `Given` names where values will stand; its SQL is kept, and run as
a prepared statement through Django's connection: in its transaction, its log and its errors. For what is hot: searches,
claims, postings, and what each call of an agent asks. What was written by hand goes by `rows`, new rows by `writing`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from typing import Any, Final, Self, cast

import psycopg
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from psycopg import sql
from psycopg.pq import Format

from market import tracing


class Given(Expression):
    """A value that is given when the query runs. Cast: one statement, and not one for each kind of number."""

    def __init__(self, name: str, output_field: "Field[Any, Any]", *, type_name: str) -> None:
        super().__init__(output_field=output_field)
        self.name = name
        self.type_name = type_name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return f"%s::{self.type_name}", [self]


@dataclass(frozen=True)
class Prepared:
    pieces: tuple[str, ...]
    names: tuple[str, ...]
    is_limited: bool
    columns: int  # how many it answers, where it says which

    @classmethod
    def of(cls, query: "QuerySet[Any, Any]", *, limited: bool = True) -> Self:
        """Everything but `Given` values is written into the SQL: only so can the planner know a partial index."""
        text, parameters = query.query.sql_with_params()
        first, *others = text.split("%s")
        names = []
        pieces = [first]
        for other, parameter in zip(others, parameters, strict=True):
            if isinstance(parameter, Given):
                names.append(parameter.name)
                pieces.append(other)
            else:
                if isinstance(parameter, Enum):
                    parameter = parameter.value  # noqa: PLW2901
                pieces[-1] += sql.Literal(parameter).as_string(None).replace("%", "%%") + other
        columns = len(query.query.selected or ())
        if not limited:
            return cls(tuple(pieces), tuple(names), is_limited=False, columns=columns)
        # How many is the last of the values. In a subquery, so that no planner knows the number: it then assumes that a
        # part of what there is will do, and takes the plan that yields its first rows soon. Told the number, and misled
        # by what it must guess of boxes and moments, it fetched and sorted all that was within reach.
        pieces[-1] += " LIMIT (SELECT "
        return cls((*pieces, "::bigint)"), (*names, "rows"), is_limited=True, columns=columns)

    @classmethod
    def written(cls, text: str, *, columns: int) -> Self:
        """What was written by hand, with its values' names in it, to be asked together with something else."""
        pieces = _NAMED.split(text)
        return cls(tuple(pieces[::2]), tuple(pieces[1::2]), is_limited=False, columns=columns)

    def rows(self, *givens: Mapping[str, Any], limit: int | None = None) -> list[tuple[Any, ...]]:
        """At most `limit` rows for these values; for several sets of them, so many for each, in one query."""
        if self.is_limited != (limit is not None):
            raise ValueError("a limit is given to what was prepared with one, and to nothing else")
        if len(givens) == 1:
            text, values = self.whole, {**givens[0], "rows": limit}
        else:
            text = " UNION ALL ".join(f"({self.text(str(side))})" for side in range(len(givens)))
            values = {
                f"{name}{side}": value
                for side, given in enumerate(givens)
                for name, value in {**given, "rows": limit}.items()
            }
        return rows(text, values)

    @cached_property
    def whole(self) -> str:
        return self.text()

    def text(self, suffix: str = "") -> str:
        named = (f"%({name}{suffix})s{piece}" for name, piece in zip(self.names, self.pieces[1:], strict=True))
        return self.pieces[0] + "".join(named)


@dataclass(frozen=True)
class Question:
    """A prepared query and its values, not asked yet: so that it can be asked together with something else."""

    query: Prepared
    given: Mapping[str, Any]

    def rows(self) -> list[tuple[Any, ...]]:
        return self.query.rows(self.given)

    def rows_if(self, first: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """What the statement `first` answers, each row with the answer to this, or with nulls where there is none.

        One statement and one way to the server. Where `first` answers nothing, nothing comes of this either.
        """
        return rows(_joined(first, self.query.whole), {**values, **self.given})

    def rows_and(
        self, first: str, values: Mapping[str, Any], then: Self | None = None
    ) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
        """The answer to this, whatever comes of the statement `first`; and what comes of that, and `then`, as above.

        `first` answers one row at most, of which no column is null.
        """
        text = _beside(self.query.whole, first, None if then is None else then.query.whole)
        found = rows(text, {**values, **self.given, **({} if then is None else then.given)})
        wide = self.query.columns
        return [row[:wide] for row in found], [row[wide:] for row in found if row[wide] is not None]


@cache
def _joined(first: str, then: str) -> str:
    return f"WITH first AS ({first}) SELECT * FROM first LEFT JOIN ({then}) AS after ON true"  # noqa: S608 - our own


@cache
def _beside(asked: str, first: str, then: str | None) -> str:
    after = "" if then is None else f" LEFT JOIN ({then}) AS after ON first IS NOT NULL"
    return f"WITH first AS ({first}) SELECT * FROM ({asked}) AS asked LEFT JOIN first ON true{after}"  # noqa: S608 - our own


def rows(text: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """What a statement answers that Postgres is to plan once for each connection."""
    database = connections[DEFAULT_DB_ALIAS]  # once: each look at Django's `connection` asks for it anew
    database.ensure_connection()
    statement: Any
    statement, names = _numbered(text)
    given = [values[name] for name in names]
    if tracing.is_on():  # which hears of Django's own cursors only
        with tracing.query(statement.decode()):
            return _asked(database, statement, given)
    return _asked(database, statement, given)


def _asked(database: BaseDatabaseWrapper, statement: Any, given: list[Any]) -> list[tuple[Any, ...]]:
    raw = _cursor(database.connection)
    if database.queries_logged or database.execute_wrappers:
        cursor = database.make_debug_cursor(raw) if database.queries_logged else database.make_cursor(raw)
        with cursor:
            cursor.execute(statement, given)
            return cast("list[tuple[Any, ...]]", cursor.fetchall())
    # The same, where nobody listens to what is asked.
    database.validate_no_broken_transaction()
    with database.wrap_database_errors:
        return cast("list[tuple[Any, ...]]", raw.execute(statement, given).fetchall())


def _cursor(connection: Any) -> Any:
    """One for all of a connection's: to make it takes as long as sending a statement.

    Not one of Django's, which write the values into the SQL, so that nothing is ever prepared.
    """
    known = vars(connection)
    cursor = known.get("_planned")
    if cursor is None or cursor.closed:  # whoever listens to what is asked closes it
        cursor = known["_planned"] = psycopg.RawCursor(connection)
        cursor.format = Format.BINARY
    return cursor


_NAMED: Final = re.compile(r"%(?:\((\w+)\)s|%)", re.ASCII)


@cache
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """As Postgres reads it, and the names in the order of its numbers: psycopg would look for them each time."""
    names: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return "%" if found[1] is None else f"${names.setdefault(found[1], len(names) + 1)}"

    return _NAMED.sub(number, text).encode(), tuple(names)
