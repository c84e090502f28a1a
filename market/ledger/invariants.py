"""Whether the books are whole: every promise of the ledger asked of what is stored, all of it.

The database holds these promises while things are written; this finds what got past it (a restored backup, a disabled
trigger, somebody with a superuser's rights). Reads everything, so it runs once a day and by `manage.py check_ledger`.
"""

from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction

# Enough to see what is wrong; whoever mends it looks with SQL.
_MOST_OF_A_KIND: Final = 20


@dataclass(frozen=True, slots=True)
class Fault:
    """One promise that does not hold. `subject` is the id of the entry, the account, or the name of what is missing."""

    promise: str
    subject: str
    found: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.subject}: {self.found}"


def faults() -> list[Fault]:
    """Everything that is wrong; nothing when the books are whole."""
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        for promise, query in PROMISES.items():
            cursor.execute(f"{query} LIMIT {_MOST_OF_A_KIND}")
            found += [Fault(promise, subject, what) for subject, what in cursor.fetchall()]
    return found


# Each query answers (subject, what was found) for everything that breaks its promise.
PROMISES: Final[dict[str, str]] = {
    "every entry has two lines or more, which add up to nothing": """
        SELECT entry.id::text, format('%s lines, sum %s', lines, total)
        FROM ledger_entry AS entry
        LEFT JOIN (
            SELECT entry_id, count(*) AS lines, sum(amount_micros) AS total FROM ledger_line GROUP BY entry_id
        ) AS summed ON summed.entry_id = entry.id
        WHERE coalesce(lines, 0) < 2 OR total <> 0
    """,
    "every line belongs to an entry of its mode and currency": """
        SELECT line.entry_id::text, format('line of account %s', line.account_id)
        FROM ledger_line AS line
        LEFT JOIN ledger_entry AS entry ON (entry.id, entry.mode, entry.currency) = (
            line.entry_id, line.mode, line.currency
        )
        WHERE entry.id IS NULL
    """,
    "every line belongs to an account of its kind, mode and currency": """
        SELECT line.account_id::text, format('line of entry %s', line.entry_id)
        FROM ledger_line AS line
        LEFT JOIN ledger_account AS account ON (account.id, account.kind, account.mode, account.currency) = (
            line.account_id, line.kind, line.mode, line.currency
        )
        WHERE account.id IS NULL
    """,
    "every line of an agent's money says whose it is": """
        SELECT line.account_id::text, format('line of entry %s', line.entry_id)
        FROM ledger_line AS line JOIN ledger_account AS account ON account.id = line.account_id
        WHERE line.agent_id IS DISTINCT FROM
            CASE WHEN account.kind IN ('agent_available', 'bounty_held') THEN account.owner_id END
    """,
    "every kept balance is the sum of its account's lines": """
        SELECT account.id::text, format('%s: kept %s, lines %s', kind, balance_micros, coalesce(total, 0))
        FROM ledger_account AS account
        LEFT JOIN (
            SELECT account_id, sum(amount_micros) AS total FROM ledger_line GROUP BY account_id
        ) AS summed ON summed.account_id = account.id
        WHERE balance_micros <> coalesce(total, 0)
    """,
    "no balance is below nothing where it may not be": """
        SELECT account_id::text, format('%s: %s', min(kind), sum(amount_micros))
        FROM ledger_line
        WHERE kind IN ('agent_available', 'bounty_held', 'scout_pending', 'scout_available', 'payout_in_flight')
        GROUP BY account_id HAVING sum(amount_micros) < 0
    """,
    "what Stripe is told is whole cents": """
        SELECT entry_id::text, format('%s: %s', kind, amount_micros)
        FROM ledger_line
        WHERE kind IN ('stripe_clearing', 'payout_in_flight') AND amount_micros % 10000 <> 0
    """,
    "every award ends one slot and pays one submission": """
        SELECT entry.id::text, format('%s ends %s', entry.key, coalesce(string_agg(what, ' '), 'nothing'))
        FROM ledger_entry AS entry
        LEFT JOIN ledger_ending AS ending ON ending.entry_id = entry.id
        WHERE entry.kind IN ('award', 'blocked_award')
        GROUP BY entry.id
        HAVING count(*) FILTER (WHERE what LIKE 'slot:%') <> 1 OR count(*) FILTER (WHERE what LIKE 'paid:%') <> 1
    """,
    "what leaves pending, and every payout, is ended once": """
        SELECT entry.id::text, format('%s ends nothing', entry.key)
        FROM ledger_entry AS entry
        WHERE entry.kind IN (
            'settle', 'ruling_for_buyer', 'buyer_compensated', 'scout_compensated', 'payout_paid', 'payout_back'
        ) AND NOT EXISTS (SELECT FROM ledger_ending WHERE entry_id = entry.id)
    """,
    "the guards are in place": """
        SELECT guard, 'missing or disabled'
        FROM unnest(ARRAY[
            'ledger_lines_written', 'ledger_entry_balanced', 'ledger_entry_stays', 'ledger_line_stays',
            'ledger_ending_stays', 'ledger_account_stays', 'ledger_account_moved_by_lines',
            'ledger_account_begins'
        ]) AS guard
        WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = guard AND tgenabled IN ('O', 'A'))
    """,
}
