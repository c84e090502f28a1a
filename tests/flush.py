"""Emptying the database after a test that commits. Append-only tables refuse TRUNCATE, rightly, from anybody else."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.color import Style
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql.operations import DatabaseOperations


@contextmanager
def empty_append_only_tables() -> Iterator[None]:
    """For the one transaction that empties the tables, be a replica: on a replica, triggers do not fire."""
    plain: Any = DatabaseOperations.sql_flush

    def flush(
        self: BaseDatabaseOperations,
        style: Style,
        tables: Sequence[str],
        *,
        reset_sequences: bool = False,
        allow_cascade: bool = False,
    ) -> list[str]:
        truncate: list[str] = plain(self, style, tables, reset_sequences=reset_sequences, allow_cascade=allow_cascade)
        return ["SET LOCAL session_replication_role = 'replica'", *truncate] if truncate else []

    DatabaseOperations.sql_flush = flush  # type: ignore[method-assign]
    try:
        yield
    finally:
        DatabaseOperations.sql_flush = plain  # type: ignore[method-assign]
