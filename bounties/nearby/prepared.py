"""A query that the ORM compiles once, and Postgres plans once for each connection.

Building and compiling a queryset takes longer than Postgres needs to find the nearest of a million bounties, and so does
planning. So the queryset is built with `Given` names where values will stand; its SQL is kept, and run as a prepared
statement through Django's connection: in its transaction, its log and its errors. For hot reads only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import psycopg
from django.db import connection
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql.compiler import SQLCompiler
from psycopg import sql

Given_ = Any


class Given(Expression):
    """A value that is given when the query runs. Cast, so that there is one statement and not one per kind of number."""

    def __init__(self, name: str, output_field: "Field[Any, Any]", *, type_name: str) -> None:
        super().__init__(output_field=output_field)
        self.name = name
        self.type_name = type_name

    def as_sql(self, compiler: SQLCompiler, connection: Any, **_: Any) -> tuple[str, list[Any]]:
        return f"%s::{self.type_name}", [self]


@dataclass(frozen=True)
class Prepared:
    text: str
    names: tuple[str, ...]

    @classmethod
    def of(cls, query: "QuerySet[Any, Any]") -> Self:
        """Everything but `Given` values is written into the SQL: only so can the planner know a partial index."""
        text, parameters = query.query.sql_with_params()
        names = []
        pieces = text.split("%s")
        written = [pieces[0]]
        for piece, parameter in zip(pieces[1:], parameters, strict=True):
            if isinstance(parameter, Given):
                names.append(parameter.name)
                written.append("%s")
            else:
                written.append(sql.Literal(parameter).as_string(None).replace("%", "%%"))
            written.append(piece)
        return cls("".join(written), tuple(names))

    def rows(self, *givens: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows for these values; for several sets of values, of all of them, in one query."""
        text = self.text if len(givens) == 1 else " UNION ALL ".join(f"({self.text})" for _ in givens)
        parameters: Sequence[Any] = [values[name] for values in givens for name in self.names]
        connection.ensure_connection()
        # Django's own cursors write the values into the SQL, so that nothing is ever prepared.
        raw = psycopg.Cursor(connection.connection)
        raw.format = psycopg.pq.Format.BINARY
        cursor = connection.make_debug_cursor(raw) if connection.queries_logged else connection.make_cursor(raw)
        with cursor:
            cursor.execute(text, parameters)
            return cursor.fetchall()
