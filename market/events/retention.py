"""Forgetting events older than the promise, and keeping cursors honest about what was forgotten or lost."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction

# What agents are promised is 30 days.
KEPT_FOR = timedelta(days=90)
BATCH = 5_000
# More than could ever have been appended since a backup, and little enough that a transaction which was open
# meanwhile is still understood by readers: see the second migration.
GAP = 1_000_000_000


def forget(*, at: datetime) -> int:
    """Delete the events older than KEPT_FOR, a batch per transaction, and remember how far each account's are gone."""
    forgotten = 0
    while batch := _forget_batch(at - KEPT_FOR):
        forgotten += batch
    return forgotten


@transaction.atomic
def _forget_batch(before: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL sightline.forgetting_events = 'yes'")
        cursor.execute(
            """
            WITH old AS (
                -- Ids are ordered by time: the oldest are found along the primary key.
                SELECT id FROM events_event WHERE id < %s AND created_at < %s
                ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
            ), gone AS (
                DELETE FROM events_event USING old WHERE events_event.id = old.id
                RETURNING events_event.account_id, events_event.position
            ), remembered AS (
                INSERT INTO events_forgotten (account_id, through_position)
                SELECT account_id, max(position) FROM gone GROUP BY account_id ORDER BY account_id
                ON CONFLICT (account_id) DO UPDATE
                SET through_position = greatest(events_forgotten.through_position, excluded.through_position)
            )
            SELECT count(*) FROM gone
            """,
            [_first_id_of(before), before, BATCH],
        )
        return int(cursor.fetchone()[0])


def _first_id_of(moment: datetime) -> UUID:
    return UUID(int=int(moment.timestamp() * 1000) << 80)


@transaction.atomic
def notice_restore() -> bool:
    """Leave a gap in the positions when the database is not the one it was: restored, or taken over from a replica.

    Readers may hold cursors to events that were lost with it. New events above all of those are never taken for
    events already read.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT system_identifier::text || '/' || timeline_id || '/' || current_database()
            FROM pg_control_system(), pg_control_checkpoint()
            """
        )
        [server] = cursor.fetchone()
        cursor.execute("SELECT server FROM events_origin FOR UPDATE")
        known = cursor.fetchone()
        if known == (server,):
            return False
        if known is None:
            cursor.execute("INSERT INTO events_origin (id, server) VALUES (1, %s) ON CONFLICT DO NOTHING", [server])
            return False
        leave_gap()
        cursor.execute("UPDATE events_origin SET server = %s", [server])
        return True


def leave_gap() -> None:
    """For what notice_restore cannot notice: a dump that was loaded into the very server it came from."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('events_position', last_value + %s) FROM events_position", [GAP])
