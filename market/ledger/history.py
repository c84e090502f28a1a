"""What happened to an agent's money, entry by entry: the changes of its two balances, which add up to them.

A statement (`queries.statement`) goes line by line through a few accounts. An agent has an account more for every
bounty, and thinks in two numbers: what it may spend, and what is set aside.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from market.ledger import rules
from market.ledger.postings import Book, EntryKind
from market.ledger.queries import LONGEST_PAGE

# The kinds of entries that move an agent's balances.
KINDS: Final = (
    EntryKind.FAUCET,
    EntryKind.TOPUP,
    EntryKind.HOLD,
    EntryKind.HOLD_ADDED,
    EntryKind.AWARD,
    EntryKind.BLOCKED_AWARD,
    EntryKind.RELEASE,
    EntryKind.RULING_FOR_BUYER,
    EntryKind.BUYER_COMPENSATED,
    EntryKind.REFUND,
    EntryKind.REFUND_BACK,
    EntryKind.CHARGE_CONTESTED,
    EntryKind.CHARGE_REINSTATED,
    EntryKind.DEBT_COLLECTED,
)
_EVERY_KIND: Final = tuple(EntryKind)
_AFTER_EVERYTHING: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True)
class Moved:
    """One entry, as far as it is this agent's."""

    entry_id: UUID
    at: datetime
    kind: str
    key: str
    available_micros: int
    held_micros: int
    bounty_id: UUID | None  # whose hold it moved


def of_agent(
    book: Book, agent_id: UUID, *, limit: int, before: UUID | None = None, kinds: Collection[EntryKind] = _EVERY_KIND
) -> list[Moved]:
    """The newest first. `before` is the last entry already seen."""
    _check(limit)
    return _read(
        _OF_AGENT,
        {
            "agent": agent_id,
            "mode": book.mode,
            "currency": book.currency,
            "kinds": list(kinds),
            "before": before or _AFTER_EVERYTHING,
            "limit": limit,
        },
    )


def of_bounty(
    book: Book,
    agent_id: UUID,
    bounty_id: UUID,
    *,
    limit: int,
    before: UUID | None = None,
    kinds: Collection[EntryKind] = _EVERY_KIND,
    keys: Collection[str] = (),
) -> list[Moved]:
    """What moved a bounty's hold, and the entries of these business keys: what was ruled later about its results."""
    _check(limit)
    return _read(
        _OF_BOUNTY,
        {
            "held": rules.bounty_held(book, agent_id, bounty_id).id,
            "available": rules.agent_available(book, agent_id).id,
            "kinds": list(kinds),
            "keys": list(keys),
            "before": before or _AFTER_EVERYTHING,
            "limit": limit,
        },
    )


def _check(limit: int) -> None:
    if not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"a page has 1 to {LONGEST_PAGE} entries")


def _read(sql: str, words: dict[str, Any]) -> list[Moved]:
    with connection.cursor() as cursor:
        cursor.execute(sql, words)
        return [Moved(*row) for row in cursor.fetchall()]


# What is wanted comes as `line`: the agent's own lines, of at least `limit` entries. An entry has one or two of them,
# so that twice as many lines as entries are enough.
_SUMMED = """
SELECT entry.id, entry.at, entry.kind, entry.key,
    coalesce(sum(line.amount_micros) FILTER (WHERE line.kind = 'agent_available'), 0)::bigint,
    coalesce(sum(line.amount_micros) FILTER (WHERE line.kind = 'bounty_held'), 0)::bigint,
    (array_agg(line.subject_id) FILTER (WHERE line.subject_id IS NOT NULL))[1]
FROM line JOIN ledger_entry AS entry ON entry.id = line.entry_id
GROUP BY entry.id
ORDER BY entry.id DESC
LIMIT %(limit)s
"""

# However many bounties there are: the lines of an agent have an index of their own, which is read from its end.
_OF_AGENT = f"""
WITH newest AS (
    SELECT line.entry_id, line.account_id, line.kind, line.amount_micros
    FROM ledger_line AS line CROSS JOIN LATERAL (
        -- OFFSET keeps this a look for each line: beside it a walk through everybody's entries may seem cheap.
        SELECT FROM ledger_entry AS entry
        WHERE entry.id = line.entry_id AND entry.kind = ANY (%(kinds)s::text[]) OFFSET 0
    ) AS wanted
    WHERE line.agent_id = %(agent)s AND line.mode = %(mode)s AND line.currency = %(currency)s
        AND line.entry_id < %(before)s
    ORDER BY line.entry_id DESC
    LIMIT 2 * %(limit)s
), line AS (
    SELECT newest.entry_id, newest.kind, account.subject_id, newest.amount_micros
    FROM newest JOIN ledger_account AS account ON account.id = newest.account_id
)
{_SUMMED}
"""  # noqa: S608 - a text of our own

_OF_BOUNTY = f"""
WITH wanted AS (
    SELECT entry_id AS id FROM ledger_line WHERE account_id = %(held)s
    UNION
    SELECT id FROM ledger_entry WHERE key = ANY (%(keys)s::text[])
), line AS (
    SELECT own.entry_id, own.kind, account.subject_id, own.amount_micros
    FROM wanted
    JOIN ledger_entry AS entry ON entry.id = wanted.id AND entry.kind = ANY (%(kinds)s::text[])
    JOIN ledger_line AS own ON own.entry_id = wanted.id AND own.account_id IN (%(held)s, %(available)s)
    JOIN ledger_account AS account ON account.id = own.account_id
    WHERE wanted.id < %(before)s
    ORDER BY own.entry_id DESC
    LIMIT 2 * %(limit)s
)
{_SUMMED}
"""  # noqa: S608 - a text of our own
