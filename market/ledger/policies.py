"""What a slot costs and how long money stays pending. Pure: the numbers of the house come in as arguments."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final

from market.errors import DomainError
from market.ledger.postings import require_amount
from market.money import BASIS_POINTS, Micros, parse, share_down, share_up

DEFAULT_FEE_BASIS_POINTS: Final = 1_000
DEFAULT_BLOCKED_BASIS_POINTS: Final = 3_000


class BlockedRewardTooHigh(DomainError):
    """The blocked reward is higher than the reward."""

    code = "blocked_reward_too_high"
    fix = "Send a blocked reward that is not above the reward."


@dataclass(frozen=True)
class SlotPrice:
    """What one slot costs its buyer: the reward, and our fee on top of it.

    Fees are rounded up to a micro: a fee is never less than its rate, and a hold never too small for an award.

    >>> price = SlotPrice(reward_micros=2_500_000, blocked_reward_micros=750_000)
    >>> price.fee_micros, price.total_micros, price.blocked_fee_micros, price.blocked_total_micros
    (250000, 2750000, 75000, 825000)
    """

    reward_micros: int
    blocked_reward_micros: int
    fee_basis_points: int = DEFAULT_FEE_BASIS_POINTS

    def __post_init__(self) -> None:
        require_amount(self.reward_micros, param="reward")
        require_amount(self.blocked_reward_micros, param="blocked_reward", least=0)
        if not 0 <= self.fee_basis_points <= BASIS_POINTS:
            raise ValueError("a fee is between nothing and the reward itself")
        if self.blocked_reward_micros > self.reward_micros:
            raise BlockedRewardTooHigh("The blocked reward is above the reward.", param="blocked_reward")

    @cached_property
    def fee_micros(self) -> Micros:
        return share_up(self.reward_micros, basis_points=self.fee_basis_points)

    @cached_property
    def total_micros(self) -> Micros:
        """What is held for the slot."""
        return Micros(self.reward_micros + self.fee_micros)

    @property
    def blocked_fee_micros(self) -> Micros:
        return share_up(self.blocked_reward_micros, basis_points=self.fee_basis_points)

    @property
    def blocked_total_micros(self) -> Micros:
        """What a truthful "I could not get in" costs; the rest of the slot's hold goes back."""
        return Micros(self.blocked_reward_micros + self.blocked_fee_micros)


def default_blocked_reward(reward_micros: int) -> Micros:
    """Three tenths of the reward, rounded down.

    >>> default_blocked_reward(2_500_000)
    750000
    """
    return share_down(require_amount(reward_micros, param="reward"), basis_points=DEFAULT_BLOCKED_BASIS_POINTS)


def require_slots(slots: object) -> int:
    return require_amount(slots, param="slots")


def price_of_bounty(price: SlotPrice, *, slots: int) -> Micros:
    """What is held for a whole bounty.

    >>> price_of_bounty(SlotPrice(reward_micros=2_500_000, blocked_reward_micros=0), slots=3)
    8250000
    """
    return Micros(require_amount(price.total_micros * require_slots(slots), param="slots"))


@dataclass(frozen=True, slots=True)
class DisputeWindows:
    """How long a reward stays pending, by its size: the larger it is, the longer a wrong one may be contested."""

    steps: tuple[tuple[int, timedelta], ...]  # (rewards under this many micros, stay this long), smallest first
    otherwise: timedelta

    @classmethod
    def parse(cls, words: Sequence[str]) -> "DisputeWindows":
        """Read `("5.00:24h", "100.00:72h", "168h")`: below five dollars a day, and so on; the last one is for the rest.

        >>> DisputeWindows.parse(["5.00:24h", "168h"]).otherwise
        datetime.timedelta(days=7)
        """
        if not words:
            raise ValueError("dispute windows need at least one length")
        *steps, last = words
        read = tuple(
            (int(parse(under)), _hours(length)) for under, _, length in (word.partition(":") for word in steps)
        )
        if list(read) != sorted(read) or len({under for under, _ in read}) != len(read):
            raise ValueError("dispute windows grow with the amount")
        return cls(read, _hours(last))

    def length_for(self, reward_micros: int) -> timedelta:
        """
        >>> DEFAULT_DISPUTE_WINDOWS.length_for(4_999_999), DEFAULT_DISPUTE_WINDOWS.length_for(5_000_000)
        (datetime.timedelta(days=1), datetime.timedelta(days=3))
        """
        return next((length for under, length in self.steps if reward_micros < under), self.otherwise)

    def ends_at(self, reward_micros: int, *, awarded_at: datetime) -> datetime:
        return awarded_at + self.length_for(reward_micros)


def _hours(text: str) -> timedelta:
    number, unit = text[:-1], text[-1:]
    if unit != "h" or not (number.isascii() and number.isdigit()):
        raise ValueError(f"{text!r} is not a number of hours such as 24h")
    return timedelta(hours=int(number))


DEFAULT_DISPUTE_WINDOWS: Final = DisputeWindows.parse(["5.00:24h", "100.00:72h", "168h"])


@dataclass(frozen=True, slots=True)
class SpendingLimits:
    """What one API key may spend. None: no limit of that sort."""

    per_call_micros: int | None = None
    per_day_micros: int | None = None
    per_month_micros: int | None = None


def window_ends_at(window: str, *, at: datetime) -> datetime | None:
    """When what was spent no longer counts: days and months are the calendar's, in UTC. A call has no next window.

    >>> from datetime import UTC
    >>> window_ends_at("month", at=datetime(2026, 12, 31, 23, tzinfo=UTC)).isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    today = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match window:
        case "day":
            return today + timedelta(days=1)
        case "month":
            return (today.replace(day=1) + timedelta(days=32)).replace(day=1)
        case _:
            return None
