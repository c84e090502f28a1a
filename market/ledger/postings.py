"""What a rule makes and `post` writes: entries and their lines, as plain data. The words of the ledger stand here too.

Amounts are signed: plus is what an account gains, minus what it gives, and the lines of one entry add up to nothing.
So what the house owes to others (balances, holds) is positive, and what it has at Stripe is negative.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from hashlib import blake2b
from typing import Final, Literal, cast
from uuid import UUID

from market.errors import DomainError
from market.money import LARGEST_MICROS

LONGEST_KEY: Final = 120

Mode = Literal["test", "live"]


class AmountOutOfRange(DomainError):
    """The amount is larger than the ledger keeps."""

    code = "amount_out_of_range"
    fix = "Send an amount above zero and below a billion dollars."


class UnknownBook(DomainError):
    """The mode or the currency is none that is kept books of."""

    code = "unknown_book"
    fix = 'Use the mode "test" or "live" and the currency "USD".'


class AccountKind(StrEnum):
    STRIPE_CLEARING = "stripe_clearing"  # what lies at Stripe, as a negative number
    FAUCET = "faucet"  # where test money comes from and goes to
    AGENT_AVAILABLE = "agent_available"  # what an agent may spend
    AGENT_RECEIVABLE = "agent_receivable"  # what an agent owes us, as a negative number
    BOUNTY_HELD = "bounty_held"  # set aside for one bounty
    SCOUT_PENDING = "scout_pending"  # earned, in its dispute window
    SCOUT_AVAILABLE = "scout_available"  # earned, free to be paid out
    PAYOUT_IN_FLIGHT = "payout_in_flight"  # one payout, on its way
    PLATFORM_FEE = "platform_fee"  # our income
    PROCESSING_FEE = "processing_fee"  # what Stripe keeps, as a negative number
    DISPUTE_LOSS = "dispute_loss"  # what rulings cost us, as a negative number
    SUSPENSE = "suspense"  # what came in and is not understood yet
    HOUSE_BANK = "house_bank"  # what the house moved from Stripe to a bank of its own, as a negative number
    X402_CLEARING = "x402_clearing"  # what was paid to our address on a chain, as a negative number


HOUSE: Final = frozenset(
    {
        AccountKind.STRIPE_CLEARING,
        AccountKind.FAUCET,
        AccountKind.PLATFORM_FEE,
        AccountKind.PROCESSING_FEE,
        AccountKind.DISPUTE_LOSS,
        AccountKind.SUSPENSE,
        AccountKind.HOUSE_BANK,
        AccountKind.X402_CLEARING,
    }
)
ABOUT_A_SUBJECT: Final = frozenset({AccountKind.BOUNTY_HELD, AccountKind.PAYOUT_IN_FLIGHT})
# Where a limit must hold, the balance is kept in the account's row. Nowhere else: a row that all postings update would
# make them wait for each other.
LIMITED: Final = frozenset(
    {
        AccountKind.AGENT_AVAILABLE,
        AccountKind.BOUNTY_HELD,
        AccountKind.SCOUT_PENDING,
        AccountKind.SCOUT_AVAILABLE,
        AccountKind.PAYOUT_IN_FLIGHT,
    }
)


class EntryKind(StrEnum):
    FAUCET = "faucet"
    TOPUP = "topup"
    HOLD = "hold"
    HOLD_ADDED = "hold_added"
    AWARD = "award"
    BLOCKED_AWARD = "blocked_award"
    RELEASE = "release"
    SETTLE = "settle"
    RULING_FOR_BUYER = "ruling_for_buyer"
    BUYER_COMPENSATED = "buyer_compensated"
    SCOUT_COMPENSATED = "scout_compensated"
    REFUND = "refund"
    REFUND_BACK = "refund_back"
    PAYOUT_RESERVED = "payout_reserved"
    PAYOUT_PAID = "payout_paid"
    PAYOUT_BACK = "payout_back"
    PAYOUT_RETURNED = "payout_returned"
    STRIPE_FEE = "stripe_fee"
    OWN_BANK = "own_bank"
    HOUSE_LOSS = "house_loss"
    SUSPENDED = "suspended"
    EXPLAINED = "explained"
    CHARGE_CONTESTED = "charge_contested"
    CHARGE_REINSTATED = "charge_reinstated"
    DEBT_COLLECTED = "debt_collected"


@dataclass(frozen=True, slots=True)
class Book:
    """A mode and a currency: what never meets another of its kind in one entry."""

    mode: Mode
    currency: str = "USD"

    def __post_init__(self) -> None:
        if self.mode not in ("test", "live") or self.currency != "USD":
            raise UnknownBook("There are no accounts in this mode and currency.")

    @classmethod
    def of(cls, mode: str) -> "Book":
        """The dollars of a mode that was read as plain text; refuses what is none."""
        return cls(cast(Mode, mode))


@dataclass(frozen=True)
class AccountRef:
    """One ledger account by what it is for. The ledger knows a subject (a bounty, a payout) only as an id."""

    book: Book
    kind: AccountKind
    owner: UUID | None = None
    subject: UUID | None = None

    def __post_init__(self) -> None:
        if (self.owner is None) != (self.kind in HOUSE) or (self.subject is None) == (self.kind in ABOUT_A_SUBJECT):
            raise ValueError(f"an account {self.kind} is not made of this owner and this subject")
        if self.kind is AccountKind.FAUCET and self.book.mode != "test":
            raise UnknownBook("The faucet is for test money.")

    @cached_property
    def id(self) -> UUID:
        """The same account has the same id everywhere, so that nobody has to look it up before posting."""
        return UUID(hex=self.hex)

    @cached_property
    def hex(self) -> str:
        """The id in 32 hexadecimal digits, which Postgres reads as well, and which sort as the ids do.

        It begins with the time of the owner's or the subject's own id: accounts made one after another lie side by
        side in the index.
        """
        name = f"{self.book.mode}/{self.book.currency}/{self.kind}/{self.owner}/{self.subject}".encode()
        digest = bytearray(blake2b(name, digest_size=16).digest())
        youngest = self.subject or self.owner
        if youngest is not None:
            digest[:6] = youngest.bytes[:6]
        digest[6] = digest[6] & 0x0F | 0x80  # RFC 9562, version 8: made of something of our own
        digest[8] = digest[8] & 0x3F | 0x80
        return digest.hex()


@dataclass(frozen=True, slots=True)
class NewLine:
    account: AccountRef
    amount_micros: int


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One balanced set of lines. `key` makes it happen once; `ends` names what it ends, which nothing can end again."""

    kind: EntryKind
    key: str
    book: Book
    lines: tuple[NewLine, ...]
    ends: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.lines) < 2 or sum(line.amount_micros for line in self.lines) != 0:
            raise ValueError(f"{self.key}: the lines of an entry are two or more and add up to nothing")
        if len({line.account.hex for line in self.lines}) != len(self.lines):
            raise ValueError(f"{self.key}: an account stands in one line of an entry")
        if not 0 < len(self.key) <= LONGEST_KEY or "\0" in self.key:
            raise ValueError("a business key has 1 to 120 characters")
        if any(line.account.book != self.book for line in self.lines):
            raise UnknownBook("Test money and live money, and different currencies, never meet.")


def entry(
    kind: EntryKind,
    *,
    key: str,
    moves: Iterable[tuple[AccountRef, int]],
    ends: Iterable[str] = (),
) -> NewEntry:
    """An entry of these moves; moves of nothing are left out."""
    lines = tuple(NewLine(account, amount) for account, amount in moves if amount)
    if not lines:
        raise AmountOutOfRange("Nothing would be moved.")
    return NewEntry(kind, key, lines[0].account.book, lines, tuple(ends))


def require_amount(amount: object, *, param: str, least: int = 1) -> int:
    """An amount that may stand in a rule: a whole number of micros, in range."""
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise AmountOutOfRange("An amount is a whole number of micros.", param=param)
    if not least <= amount <= LARGEST_MICROS:
        raise AmountOutOfRange("This amount is not above zero, or too large to hold.", param=param)
    return amount
