"""Finding the work that nobody looks at: its message was lost, its worker was killed, or its time has come."""

from datetime import datetime, timedelta
from functools import partial

from django.db import connection, transaction

from market.work import messages

BATCH = 500
BATCHES = 10
# A message that was sent this long ago and not received is taken for lost. Sending it twice is harmless, sending all
# of a long queue again with every sweep is not.
LOST_AFTER_SECONDS = 30.0

DONE_KEPT_FOR = timedelta(days=7)
GIVEN_UP_KEPT_FOR = timedelta(days=90)


def sweep(*, at: datetime) -> int:
    """Wake somebody for every row that is due and not held. Two sweeps at once share the rows between them."""
    woken = 0
    for _ in range(BATCHES):
        batch = _wake_batch(at)
        woken += batch
        if batch < BATCH:
            break
    return woken


@transaction.atomic
def _wake_batch(at: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE work_work SET woken_at = statement_timestamp() WHERE id IN (
                SELECT id FROM work_work
                WHERE done_at IS NULL AND given_up_at IS NULL
                    AND due_at <= greatest(%s, statement_timestamp())
                    AND (held_until IS NULL OR held_until < statement_timestamp())
                    AND (woken_at IS NULL OR woken_at < statement_timestamp() - make_interval(secs => %s))
                ORDER BY due_at LIMIT %s FOR UPDATE SKIP LOCKED
            ) RETURNING id
            """,
            [at, LOST_AFTER_SECONDS, BATCH],
        )
        ids = [id_ for (id_,) in cursor.fetchall()]
    transaction.on_commit(partial(messages.send, ids))
    return len(ids)


def forget(*, at: datetime) -> int:
    """Delete what was done a while ago, and what was given up long ago."""
    return _delete("done_at", at - DONE_KEPT_FOR) + _delete("given_up_at", at - GIVEN_UP_KEPT_FOR)


def _delete(column: str, before: datetime) -> int:
    deleted = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM work_work WHERE id IN (SELECT id FROM work_work WHERE {column} < %s LIMIT %s)",  # noqa: S608
                [before, BATCH],
            )
            gone: int = cursor.rowcount
            deleted += gone
            if gone < BATCH:
                return deleted
