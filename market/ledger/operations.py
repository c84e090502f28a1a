"""Writing to the ledger. `post` is the only writer; `rules` says what is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from market.errors import DomainError, Kind
from market.ledger.policies import SpendingLimits
from market.ledger.postings import NewEntry


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
    code = "balance_too_large"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Spend some of the balance first."


class KeyReused(DomainError):
    """The same business key was posted before, with other lines: a programming error, or a forged repetition."""

    code = "ledger_key_reused"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Repeat an earlier posting exactly, or use a new id."


class AlreadyEnded(DomainError):
    """Another entry has already ended the slot, the payout, the pending reward."""

    code = "already_ended"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Fetch it again: its money has already moved."


class UnknownOwner(DomainError):
    code = "unknown_owner"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Use an account of this mode."


@dataclass(frozen=True, slots=True)
class Spender:
    """The API key on whose behalf money is set aside, and its limits as they are now."""

    key_id: UUID
    limits: SpendingLimits


@dataclass(frozen=True, slots=True)
class Posted:
    """`repeated`: this entry was there before, and nothing has been written for it now."""

    entry_id: UUID
    key: str
    repeated: bool


def post(entries: Sequence[NewEntry], *, at: datetime, spender: Spender | None = None) -> list[Posted]:
    """Write these entries and move the balances, all or nothing, in the caller's transaction or in one of its own.

    A business key that was posted before with the same lines answers the earlier entry. With a `spender`, what the
    entries take out of agents' balances counts against the key's limits.
    """
    raise NotImplementedError
