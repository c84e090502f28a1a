"""Asking for work. How it is done stands in running.py, how lost work is found in sweeping.py."""

from datetime import datetime

from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from market.ids import new_id
from market.work import messages, registry


def enqueue(*, kind: str, subject: str, due_at: datetime | None = None) -> None:
    """Have work done, in the transaction that makes it necessary. Asked for again while it is open, it stays one row.

    Due at once unless `due_at` says later; the earliest moment asked for counts. Asked for while a worker is at it, it
    is done once more: what the worker has read may be older than what makes the work necessary.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("work belongs into the transaction that makes it necessary")
    registry.find(kind)  # a slip of the pen is found here, not by a worker
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH asked AS (
                SELECT coalesce(%(due_at)s, statement_timestamp()) AS due_at, statement_timestamp() AS now
            )
            INSERT INTO work_work AS open (id, kind, subject, due_at, woken_at)
            SELECT %(id)s, %(kind)s, %(subject)s, due_at, CASE WHEN due_at <= now THEN now END FROM asked
            ON CONFLICT (kind, subject) WHERE done_at IS NULL AND given_up_at IS NULL DO UPDATE
            SET again_at = CASE WHEN open.held_until > statement_timestamp()
                    THEN least(open.again_at, excluded.due_at) ELSE open.again_at END,
                due_at = CASE WHEN open.held_until > statement_timestamp()
                    THEN open.due_at ELSE least(open.due_at, excluded.due_at) END,
                woken_at = CASE WHEN open.held_until > statement_timestamp()
                    THEN open.woken_at ELSE coalesce(excluded.woken_at, open.woken_at) END
            RETURNING id, due_at <= statement_timestamp() AND (held_until > statement_timestamp()) IS NOT TRUE
            """,
            {"id": new_id(), "kind": kind, "subject": subject, "due_at": due_at},
        )
        work_id, is_due = cursor.fetchone()
    if is_due:
        transaction.on_commit(lambda: messages.send([work_id]), robust=True)
