"""When a scout is paid without asking. Pure: amounts and moments come in, an answer comes out.

All that is available goes in one payout, in whole cents; what is less than the schedule's least carries over.
"""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from market.money import MICROS_PER_DOLLAR

LEAST_ASKED_MICROS: Final = 5 * MICROS_PER_DOLLAR
LEAST_BY_AMOUNT_MICROS: Final = 25 * MICROS_PER_DOLLAR


class Schedule(StrEnum):
    ASKED = "asked"  # only when the scout asks
    MONTHLY = "monthly"  # once a month, what is there from the smallest payout on
    BY_AMOUNT = "by_amount"  # as soon as there is enough


def is_due(schedule: Schedule, *, available_micros: int, last_at: datetime | None, at: datetime) -> bool:
    """Whether a payout begins now. `last_at`: when the schedule began the last one, or was chosen.

    >>> june, july = datetime(2026, 6, 30, 23, tzinfo=UTC), datetime(2026, 7, 1, 0, tzinfo=UTC)
    >>> is_due(Schedule.MONTHLY, available_micros=5_000_000, last_at=june, at=july)
    True
    >>> is_due(Schedule.MONTHLY, available_micros=4_990_000, last_at=june, at=july)
    False
    """
    match schedule:
        case Schedule.ASKED:
            return False
        case Schedule.MONTHLY:
            return available_micros >= LEAST_ASKED_MICROS and (last_at is None or _month(last_at) < _month(at))
        case Schedule.BY_AMOUNT:
            return available_micros >= LEAST_BY_AMOUNT_MICROS


def _month(moment: datetime) -> tuple[int, int]:
    """The calendar's, in UTC."""
    day = moment.astimezone(UTC)
    return day.year, day.month
