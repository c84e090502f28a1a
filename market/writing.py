"""Rows of several tables, written by one statement: all of them or none, without a transaction around it.

Each way to the server makes the processor change what it runs, and a transaction is two ways more. What needs no answer
of the others' goes as parts of one `WITH`. Whether it goes at all may be decided by a question in the same statement,
such as the ledger's whether there is the money: then each part writes nothing where it says no.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import orjson
from django.db import connection
from django.db.models import Model

from market import prepared

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Write:
    """An INSERT of what it selects where `{when}`, and its values by names of its own."""

    text: str
    given: Mapping[str, Any]

    def rows(self) -> list[Row]:
        """Written by itself."""
        return prepared.rows(_alone(self.text), self.given)


@dataclass(frozen=True, slots=True)
class Decision:
    """A question with one row for an answer, whose first column, `goes`, says whether anything is written."""

    text: str
    given: Mapping[str, Any]

    def rows(self) -> list[Row]:
        """Asked by itself."""
        return prepared.rows(self.text, self.given)


ALWAYS: Final = Decision("SELECT true AS goes, NULL AS outcome, NULL AS facts", {})


def write(writes: Sequence[Write], *, answering: Write, decision: Decision = ALWAYS) -> list[Row]:
    """The decision's answer, and behind it what the write that answers returns: a row for each, or one of nulls."""
    given, many = {**decision.given, **answering.given}, len(decision.given) + len(answering.given)
    for each in writes:
        given |= each.given
        many += len(each.given)
    if len(given) != many:
        raise ValueError("two parts of a statement have a value of the same name")
    return prepared.rows(_together(decision.text, answering.text, *[each.text for each in writes]), given)


def inserting(objects: Sequence[Model]) -> Write:
    """New rows of one table. One and five hundred are the same statement: the values go as one piece of JSON.

    They leave nothing to the database's defaults: who reads them back would need its answer.
    """
    model, values = type(objects[0]), [*map(vars, objects)]
    name, columns, text = _insertion(model)
    written = [{column: row[attribute] for attribute, column in columns} for row in values]
    return Write(text, {name: orjson.dumps(written).decode()})


def written(*objects: Model) -> None:
    """What Django is to know of them from now on."""
    for each in objects:
        each._state.adding, each._state.db = False, connection.alias  # noqa: SLF001 - documented


@cache
def _insertion(model: type[Model]) -> tuple[str, tuple[tuple[str, str], ...], str]:
    meta = model._meta  # noqa: SLF001 - documented
    columns = tuple((each.attname, str(each.column)) for each in meta.concrete_fields)
    table = connection.ops.quote_name(meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for _, column in columns)
    text = f"""
        INSERT INTO {table} ({names})
        SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, %({meta.db_table})s::jsonb) WHERE {{when}}
        RETURNING {connection.ops.quote_name(str(meta.pk.column))}
    """  # noqa: S608 - names of our own
    return meta.db_table, columns, text


@cache
def _alone(text: str) -> str:
    return text.replace("{when}", "true")


@cache
def _together(decision: str, answering: str, *writes: str) -> str:
    """The order of the parts does not matter: what points at another row is looked for when all of them are there."""
    told, *parts = (text.replace("{when}", "(SELECT goes FROM decision)") for text in (answering, *writes))
    named = "".join(f", part{number} AS ({part})" for number, part in enumerate(parts))
    return f"WITH decision AS ({decision}), told AS ({told}){named} SELECT * FROM decision LEFT JOIN told ON true"  # noqa: S608 - our own
