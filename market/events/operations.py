"""Adding to the feed. There is no changing and no taking back; forgetting what is old stands in retention.py."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError

from market.events import following, wakeups
from market.events.models import JSON
from market.ids import new_id


class UnknownAccount(Exception):
    """A programming error: an event for an account that does not exist."""


def append(*, account_id: UUID, type: str, data: Mapping[str, JSON], at: datetime) -> None:  # noqa: A002
    """Tell an account what happened, in the transaction that makes it happen. Waiters are woken after the commit."""
    append_all(account_id=account_id, events=[(type, data)], at=at)


def append_all(*, account_id: UUID, events: Sequence[tuple[str, Mapping[str, JSON]]], at: datetime) -> None:
    """Several events of one account, in this order, in one statement."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("an event belongs into the transaction that makes it true")
    with connection.cursor() as cursor:
        # Positions are drawn row by row, as the rows come.
        cursor.execute(
            """
            INSERT INTO events_event (id, account_id, mode, type, data, at)
            SELECT new.id, account.id, account.mode, new.type, new.data::jsonb, %s
            FROM accounts_account AS account,
                unnest(%s::uuid[], %s::text[], %s::text[]) WITH ORDINALITY AS new (id, type, data, number)
            WHERE account.id = %s
            ORDER BY new.number
            RETURNING EXISTS (SELECT FROM events_followed WHERE events_followed.account_id = events_event.account_id)
            """,
            [
                at,
                [new_id() for _ in events],
                [type_ for type_, _ in events],
                [json.dumps(data, allow_nan=False) for _, data in events],
                account_id,
            ],
        )
        if cursor.rowcount != len(events):
            raise UnknownAccount(str(account_id))
        [is_followed] = cursor.fetchone()
    announce([account_id], followed=[account_id] if is_followed else [])


def announce(account_ids: Iterable[UUID], *, followed: Iterable[UUID]) -> None:
    """Wake who waits for these accounts, after the commit. For those who append by `events_append_to_each`, too."""
    for account_id in followed:
        following.tell(account_id)
    wakeups.wake(*map(wakeups.account_topic, account_ids))
