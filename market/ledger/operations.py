"""Writing to the ledger. `post` is the only writer; `rules` says what is written."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db import IntegrityError, transaction

from market.errors import DomainError, Kind
from market.ids import new_id
from market.ledger.models import LARGEST_BALANCE_MICROS, Ending, Entry, Line
from market.ledger.policies import SpendingLimits, window_ends_at
from market.ledger.postings import AccountKind, NewEntry, UnknownBook
from market.money import format_micros
from market.writing import Decision


class InsufficientFunds(DomainError):
    """`facts`: account (its kind), available_micros, needed_micros, missing_micros."""

    code = "insufficient_funds"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Top up the balance by the missing amount, or ask for less."


class SpendingLimitReached(DomainError):
    """`facts`: window (call, day, month), limit_micros, spent_micros, asked_micros."""

    code = "spending_limit_reached"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Ask for less, wait for the next window, or have the owner raise the key's limit."


class BalanceTooLarge(DomainError):
    """The balance would become larger than the ledger keeps."""

    code = "balance_too_large"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Spend some of the balance first."


class KeyReused(DomainError):
    """The same business key was posted before, with other lines."""

    code = "ledger_key_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Repeat the earlier posting exactly, or use a new id."


class AlreadyEnded(DomainError):
    """Another entry has ended this before. `facts`: ended, such as `slot:slt_…`."""

    code = "already_ended"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Fetch it again: its money has already moved."


class UnknownOwner(DomainError):
    """Money was to be moved for an account that does not exist in this mode."""

    code = "unknown_owner"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Use an account that exists in this mode."


@dataclass(frozen=True, slots=True)
class Spender:
    """The API key on whose behalf money is set aside, and its limits as they are now."""

    key_id: UUID
    limits: SpendingLimits
    # Keys that spend together are added up under one id; None: this key's own.
    purse_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posted:
    """`repeated`: this entry was there before, and nothing has been written for it now."""

    entry_id: UUID
    key: str
    repeated: bool


def post(entries: Sequence[NewEntry], *, at: datetime, spender: Spender | None = None) -> list[Posted]:
    """Write these entries and move the balances, all or nothing, in the caller's transaction or in one of its own.

    A business key that was posted before with the same lines answers the earlier entry. With a `spender`, what the
    entries take out of agents' balances counts against the key's limits: of a repeated entry, not again.
    """
    if len({entry.key for entry in entries}) != len(entries):
        raise ValueError("a business key stands once in a call")
    if all(entry.book == entries[0].book for entry in entries):
        return _post_in_one_book(entries, at=at, spender=spender)
    books = dict.fromkeys(entry.book for entry in entries)
    if spender is not None:
        raise UnknownBook("A key spends in one mode and currency.")
    with transaction.atomic():
        posted = {
            each.key: each
            for book in books
            for each in _post_in_one_book([entry for entry in entries if entry.book == book], at=at, spender=None)
        }
    return [posted[entry.key] for entry in entries]


@dataclass(frozen=True, slots=True)
class Movement:
    """Entries for what is new itself, in one book: written with it by one statement, or refused with it.

    Posted by `decision`, which answers `goes, outcome, facts`. What its two methods raise, the caller lets go by.
    """

    entries: Sequence[NewEntry]
    at: datetime
    spender: Spender | None

    @property
    def decision(self) -> Decision:
        return _asking([*self.entries], [new_id() for _ in self.entries], self.at, self.spender)

    def check(self, outcome: str, facts: str | None) -> None:
        """Refuses, in words, what the statement has refused."""
        if outcome == "posted":
            return
        if outcome == "repeated":
            raise KeyReused("This has been posted before.", facts={"key": _read(facts)[0]})
        raise _refused(outcome, _read(facts), self.entries, at=self.at, spender=self.spender)


def _post_in_one_book(entries: Sequence[NewEntry], *, at: datetime, spender: Spender | None) -> list[Posted]:
    repeated: dict[str, UUID] = {}
    while new := [entry for entry in entries if entry.key not in repeated]:
        ids = [new_id() for _ in new]
        try:
            [(_, outcome, told)] = _asking(new, ids, at, spender).rows()
        except IntegrityError as error:
            raise explained(error) from error.__cause__
        facts = _read(told)
        if outcome == "posted":
            written = dict(zip((entry.key for entry in new), ids, strict=True))
            return [
                Posted(repeated.get(entry.key) or written[entry.key], entry.key, entry.key in repeated)
                for entry in entries
            ]
        if outcome == "repeated":
            repeated |= {entry.key: _earlier(entry) for entry in new if entry.key in facts}
        else:
            raise _refused(outcome, facts, new, at=at, spender=spender)
    return [Posted(repeated[entry.key], entry.key, repeated=True) for entry in entries]


def _asking(entries: Sequence[NewEntry], ids: Sequence[UUID], at: datetime, spender: Spender | None) -> Decision:
    """One call of `ledger_post`. What it refuses has written nothing."""
    by_id = {line.account.hex: line.account for entry in entries for line in entry.lines}
    account_ids = sorted(by_id)
    accounts = [by_id[account_id] for account_id in account_ids]
    places = {account_id: str(place) for place, account_id in enumerate(account_ids, 1)}
    lines = [(str(place), line) for place, entry in enumerate(entries, 1) for line in entry.lines]
    endings = [(str(place), what) for place, entry in enumerate(entries, 1) for what in entry.ends]
    book = entries[0].book
    given: dict[str, object] = {
        "moment": at,
        "book_mode": book.mode,
        "book_currency": book.currency,
        "account_ids": _array(account_ids),
        "account_kinds": _array([account.kind for account in accounts]),
        "account_owners": _array([account.owner.hex if account.owner else "NULL" for account in accounts]),
        "account_subjects": _array([account.subject.hex if account.subject else "NULL" for account in accounts]),
        "entry_ids": _array([entry_id.hex for entry_id in ids]),
        "entry_kinds": _array([entry.kind for entry in entries]),
        "entry_keys": _array([_quoted(entry.key) for entry in entries]),
        "line_entries": _array([place for place, _ in lines]),
        "line_accounts": _array([places[line.account.hex] for _, line in lines]),
        "line_amounts": _array([str(line.amount_micros) for _, line in lines]),
    }
    if endings:
        given["ending_whats"] = _array([_quoted(what) for _, what in endings])
        given["ending_entries"] = _array([place for place, _ in endings])
    if spender is not None:
        limits = spender.limits
        given["spender"] = spender.purse_id or spender.key_id
        given["spent"] = str(taken_from_agents(entries))
        given["call_limit"] = _number(limits.per_call_micros)
        given["day_limit"] = _number(limits.per_day_micros)
        given["month_limit"] = _number(limits.per_month_micros)
    return Decision(_POST[bool(endings), spender is not None], given)


# Arrays are handed over as Postgres writes them: for psycopg to find out what is in a list takes longer than posting.
def _array(words: Iterable[str]) -> str:
    return "{" + ",".join(words) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


# As text: psycopg sends small and large numbers as different types, and each would be a statement of its own.
def _number(value: int | None) -> str | None:
    return None if value is None else str(value)


def _read(facts: str | None) -> Any:
    return None if facts is None else json.loads(facts)


def _call_of_post(*, ending: bool, spending: bool) -> str:
    return f"""
    SELECT outcome = 'posted' AS goes, outcome, facts::text AS facts FROM ledger_post(
        %(moment)s::timestamptz, %(book_mode)s::text, %(book_currency)s::text,
        %(account_ids)s::uuid[], %(account_kinds)s::text[], %(account_owners)s::uuid[], %(account_subjects)s::uuid[],
        %(entry_ids)s::uuid[], %(entry_kinds)s::text[], %(entry_keys)s::text[],
        %(line_entries)s::integer[], %(line_accounts)s::integer[], %(line_amounts)s::bigint[]
        {_ENDING if ending else ""} {_SPENDING if spending else ""}
    )
    """  # noqa: S608 - two flags of our own


_ENDING: Final = ", ending_whats => %(ending_whats)s::text[], ending_entries => %(ending_entries)s::integer[]"
_SPENDING: Final = """
    , spender => %(spender)s::uuid, spent => %(spent)s::bigint, call_limit => %(call_limit)s::bigint,
    day_limit => %(day_limit)s::bigint, month_limit => %(month_limit)s::bigint
"""
_POST: Final = {(e, s): _call_of_post(ending=e, spending=s) for e in (False, True) for s in (False, True)}


def _earlier(entry: NewEntry) -> UUID:
    """The entry posted before under this key. It must be the same one."""
    earlier = Entry.objects.get(key=entry.key)
    lines = set(Line.objects.filter(entry_id=earlier.id).values_list("account_id", "amount_micros"))
    ends = set(Ending.objects.filter(entry_id=earlier.id, what__in=entry.ends).values_list("what", flat=True))
    same_lines = lines == {(line.account.id, line.amount_micros) for line in entry.lines}
    if earlier.kind != entry.kind or not same_lines or ends != set(entry.ends):
        raise KeyReused("This has been posted before, with other amounts or accounts.", facts={"key": entry.key})
    return earlier.id


def taken_from_agents(entries: Iterable[NewEntry]) -> int:
    """What leaves agents' balances, as a positive number."""
    return -sum(
        line.amount_micros
        for entry in entries
        for line in entry.lines
        if line.account.kind is AccountKind.AGENT_AVAILABLE and line.amount_micros < 0
    )


def _refused(
    outcome: str, facts: Any, entries: Sequence[NewEntry], *, at: datetime, spender: Spender | None
) -> DomainError:
    if outcome == "ended":
        return AlreadyEnded("The money of this has already moved.", facts={"ended": facts})
    if outcome == "over_limit" and spender is not None:
        return _over_limit(spender.limits, facts, asked=taken_from_agents(entries), at=at)
    available, needed = facts["available_micros"], facts["needed_micros"]
    if needed < 0:
        return BalanceTooLarge(f"A balance cannot be above {format_micros(LARGEST_BALANCE_MICROS)}.", facts=facts)
    return InsufficientFunds(
        f"This needs {format_micros(needed)}, and {format_micros(available)} is there.",
        facts={**facts, "missing_micros": needed - available},
    )


def _over_limit(limits: SpendingLimits, spent: dict[str, int], *, asked: int, at: datetime) -> SpendingLimitReached:
    windows = (
        ("call", limits.per_call_micros, 0),
        ("day", limits.per_day_micros, spent["day_micros"]),
        ("month", limits.per_month_micros, spent["month_micros"]),
    )
    window, limit, so_far = next(w for w in windows if w[1] is not None and w[2] + asked > w[1])
    assert limit is not None
    # What is more than the whole window allows is no better in the next one.
    retry_at = window_ends_at(window, at=at) if asked <= limit else None
    return SpendingLimitReached(
        f"This key may spend {format_micros(limit)} a {window}; {format_micros(so_far)} of it is used, "
        f"and this needs {format_micros(asked)}.",
        retry_at=retry_at,
        facts={"window": window, "limit_micros": limit, "spent_micros": so_far, "asked_micros": asked},
    )


def explained(error: IntegrityError) -> Exception:
    """What a constraint refuses that the questions before it cannot see. The caller's transaction is lost with it."""
    name = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
    match name:
        case "ledger_account_owner":
            return UnknownOwner("There is no such account in this mode.")
        case "ledger_entry_key_key":
            return KeyReused("This has been posted at the same moment, with other accounts.")
        case "ledger_ending_pkey":
            return AlreadyEnded("The money of this has already moved.")
        case _:
            return error
