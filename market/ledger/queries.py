"""Named reads: balances and statements. Whether the books are whole is asked in `invariants`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from market.ledger.models import Entry, LedgerAccount, Line, Spending
from market.ledger.postings import LIMITED, AccountKind, AccountRef, Book

LONGEST_PAGE: Final = 200


def balance(account: AccountRef) -> int:
    """What an account holds: kept in its row where a limit must hold, otherwise added up. No account: nothing."""
    if account.kind not in LIMITED:
        return Line.objects.filter(account_id=account.id).aggregate(micros=Sum("amount_micros"))["micros"] or 0
    return LedgerAccount.objects.filter(id=account.id).values_list("balance_micros", flat=True).first() or 0


def kept_in(accounts: Iterable[AccountRef]) -> int:
    """What accounts hold together whose balance is kept in their row: none of them is ever below nothing."""
    rows = LedgerAccount.objects.filter(id__in=[account.id for account in accounts])
    return rows.aggregate(micros=Sum("balance_micros"))["micros"] or 0


def is_posted(key: str) -> bool:
    return Entry.objects.filter(key=key).exists()


@dataclass(frozen=True, slots=True)
class AgentBalance:
    available_micros: int
    held_micros: int


def agent_balance(book: Book, agent_id: UUID) -> AgentBalance:
    """What an agent may spend, and what is set aside for its bounties."""
    by_kind = _by_kind(book, agent_id)
    return AgentBalance(by_kind[AccountKind.AGENT_AVAILABLE], by_kind[AccountKind.BOUNTY_HELD])


@dataclass(frozen=True, slots=True)
class ScoutBalance:
    pending_micros: int
    available_micros: int
    in_flight_micros: int


def scout_balance(book: Book, scout_id: UUID) -> ScoutBalance:
    by_kind = _by_kind(book, scout_id)
    return ScoutBalance(
        by_kind[AccountKind.SCOUT_PENDING], by_kind[AccountKind.SCOUT_AVAILABLE], by_kind[AccountKind.PAYOUT_IN_FLIGHT]
    )


def _by_kind(book: Book, owner_id: UUID) -> Counter[str]:
    rows = (
        LedgerAccount.objects.filter(owner_id=owner_id, mode=book.mode, currency=book.currency)
        .values("kind")
        .annotate(micros=Sum("balance_micros"))
        .values_list("kind", "micros")
    )
    return Counter({kind: int(micros or 0) for kind, micros in rows})  # of what is not there, a Counter holds nothing


@dataclass(frozen=True, slots=True)
class Spent:
    """What was set aside by the bounties of one key, or of keys whose caps are counted together."""

    today_micros: int
    this_month_micros: int


def spent(purse_ids: Iterable[UUID], *, at: datetime) -> dict[UUID, Spent]:
    """By purse; one that has spent nothing this month is not there. Days and months are those of UTC, as caps count."""
    on = at.astimezone(UTC).date()
    rows = Spending.objects.filter(key_id__in=set(purse_ids), month_on=on.replace(day=1))
    return {row.key_id: Spent(row.days_micros[on.day - 1], sum(row.days_micros)) for row in rows}


# --- statements -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of one account; the entry's `key` says what it was for."""

    entry_id: UUID
    account_id: UUID
    at: datetime
    entry_kind: str
    key: str
    account_kind: str
    subject_id: UUID | None
    amount_micros: int

    @property
    def cursor(self) -> tuple[UUID, UUID]:
        return self.entry_id, self.account_id


def statement(
    accounts: Iterable[AccountRef], *, limit: int = 50, before: tuple[UUID, UUID] | None = None
) -> list[StatementLine]:
    """What moved in a few accounts, the newest first; `before` is the cursor of the last line already seen.

    For an agent its available balance, for a scout what is pending and available, for a bounty its hold. Ordered by the
    entries' ids, which grow with the time of writing.
    """
    if not 1 <= limit <= LONGEST_PAGE:
        raise ValueError(f"a page has 1 to {LONGEST_PAGE} lines")
    with connection.cursor() as cursor:
        cursor.execute(
            _STATEMENT,
            {
                "accounts": [account.id for account in accounts],
                "before_entry": before[0] if before else _AFTER_EVERYTHING,
                "before_account": before[1] if before else _AFTER_EVERYTHING,
                "limit": limit,
            },
        )
        return [StatementLine(*row) for row in cursor.fetchall()]


_AFTER_EVERYTHING = UUID(int=2**128 - 1)

# The newest lines of each account, and of these the newest: each account's own index is read from its end.
_STATEMENT = """
SELECT line.entry_id, account.id, entry.at, entry.kind, entry.key, account.kind, account.subject_id, line.amount_micros
FROM ledger_account AS account
CROSS JOIN LATERAL (
    SELECT entry_id, amount_micros FROM ledger_line
    WHERE account_id = account.id
        AND entry_id <= %(before_entry)s
        AND (entry_id, account_id) < (%(before_entry)s, %(before_account)s)
    ORDER BY entry_id DESC LIMIT %(limit)s
) AS line
JOIN ledger_entry AS entry ON entry.id = line.entry_id
WHERE account.id = ANY (%(accounts)s::uuid[])
ORDER BY line.entry_id DESC, account.id DESC
LIMIT %(limit)s
"""
