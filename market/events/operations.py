"""Adding to the feed. There is no changing and no taking back; forgetting what is old stands in retention.py."""

import json
from collections.abc import Mapping
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
    if not connection.in_atomic_block:
        raise TransactionManagementError("an event belongs into the transaction that makes it true")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO events_event (id, account_id, mode, type, data, at)
            SELECT %s, id, mode, %s, %s::jsonb, %s FROM accounts_account WHERE id = %s
            RETURNING EXISTS (SELECT FROM events_followed WHERE events_followed.account_id = events_event.account_id)
            """,
            [new_id(), type, json.dumps(data, allow_nan=False), at, account_id],
        )
        if cursor.rowcount != 1:
            raise UnknownAccount(str(account_id))
        [is_followed] = cursor.fetchone()
    if is_followed:
        following.tell(account_id)
    wakeups.wake(wakeups.account_topic(account_id))
