"""How much there is to do: for metrics and the operators' console. Cheap: open rows are few and have an index."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection


@dataclass(frozen=True)
class Load:
    """The open work of one kind, and what of it was given up."""

    kind: str
    due: int  # could be done now, and nobody is at it
    held: int  # somebody is at it
    later: int
    oldest_due_at: datetime | None  # of what is due
    failing: int  # of what is due, held or later: failed at least once
    given_up: int


def loads(*, at: datetime) -> list[Load]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH open AS (
                SELECT kind, due_at, attempts, last_error,
                    coalesce(held_until > statement_timestamp(), false) AS held
                FROM work_work WHERE done_at IS NULL AND given_up_at IS NULL
            ), counted AS (
                SELECT kind,
                    count(*) FILTER (WHERE NOT held AND due_at <= %(at)s) AS due,
                    count(*) FILTER (WHERE held) AS held,
                    count(*) FILTER (WHERE NOT held AND due_at > %(at)s) AS later,
                    min(due_at) FILTER (WHERE NOT held AND due_at <= %(at)s) AS oldest_due_at,
                    count(*) FILTER (WHERE last_error <> '' AND attempts > 0) AS failing
                FROM open GROUP BY kind
            ), given_up AS (
                SELECT kind, count(*) AS given_up FROM work_work WHERE given_up_at IS NOT NULL GROUP BY kind
            )
            SELECT kind, coalesce(due, 0), coalesce(held, 0), coalesce(later, 0), oldest_due_at,
                coalesce(failing, 0), coalesce(given_up, 0)
            FROM counted FULL JOIN given_up USING (kind) ORDER BY kind
            """,
            {"at": at},
        )
        return [Load(*row) for row in cursor.fetchall()]


def messages_waiting() -> int:
    """Messages in the queue inside Postgres, those included that a worker has received and not yet done.

    Zero with another broker, whose own tools know better.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(queue_length), 0) FROM pgmq.metrics_all()")
        return int(cursor.fetchone()[0])
