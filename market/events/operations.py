"""Adding to the feed. There is no changing and no taking back; forgetting what is old stands in retention.py."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError

from market.events import following, wakeups
from market.events.models import JSON
from market.ids import new_id
from market.writing import Write


class UnknownAccount(Exception):
    """A programming error: an event for an account that does not exist."""


@dataclass(frozen=True, slots=True)
class NewEvent:
    account_id: UUID
    at: datetime  # by the clock of the account
    type: str
    data: Mapping[str, JSON]


def append(*, account_id: UUID, type: str, data: Mapping[str, JSON], at: datetime) -> None:  # noqa: A002
    """Tell an account what happened, in the transaction that makes it happen. Waiters are woken after the commit."""
    append_all([NewEvent(account_id, at, type, data)])


def append_all(new: Sequence[NewEvent]) -> None:
    """Several events, of one account or of several, in this order, in one statement."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("an event belongs into the transaction that makes it true")
    appended(new, appending(new).rows())


def appending(new: Sequence[NewEvent]) -> Write:
    """The same, for a statement that makes them true: what it returns of this goes to `appended` when it has run."""
    events = [
        {
            "id": str(new_id()),
            "account_id": str(each.account_id),
            "at": each.at.isoformat(),
            "type": each.type,
            "data": each.data,
        }
        for each in new
    ]
    return Write(_APPEND, {"events": json.dumps(events, allow_nan=False)})


def appended(new: Sequence[NewEvent], rows: Sequence[tuple[UUID, bool]]) -> None:
    """Whoever waits for these accounts or follows them is told, after the commit."""
    if len(rows) != len(new):
        raise UnknownAccount(", ".join({str(each.account_id) for each in new}))
    told = dict(rows)
    announce(told, followed=[account_id for account_id, is_followed in told.items() if is_followed])


# Positions are drawn row by row, as the rows come.
_APPEND = """
    INSERT INTO events_event (id, account_id, mode, type, data, at)
    SELECT new.id, account.id, account.mode, new.type, new.data, new.at
    FROM ROWS FROM (jsonb_to_recordset(%(events)s::jsonb)
                AS (id uuid, account_id uuid, at timestamptz, type text, data jsonb))
            WITH ORDINALITY AS new (id, account_id, at, type, data, number)
        JOIN accounts_account AS account ON account.id = new.account_id
    WHERE {when}
    ORDER BY new.number
    RETURNING account_id,
        EXISTS (SELECT FROM events_followed WHERE events_followed.account_id = events_event.account_id)
"""


def announce(account_ids: Iterable[UUID], *, followed: Iterable[UUID]) -> None:
    """Wake who waits for these accounts, after the commit. For those who append by `events_append_to_each`, too."""
    for account_id in followed:
        following.tell(account_id)
    wakeups.wake(*map(wakeups.account_topic, account_ids))
