"""How long whom is waited for, and what is ruled when nobody rules. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from market.money import MICROS_PER_DOLLAR

APPEAL_WINDOW = timedelta(hours=48)
ANSWER_WITHIN = timedelta(hours=48)
RULE_WITHIN = timedelta(days=7)
OPERATOR_REVIEW_WITHIN = timedelta(hours=24)
MESSAGES_PER_SIDE = 20


class Side(StrEnum):
    BUYER = "buyer"
    SCOUT = "scout"


class DecidedBy(StrEnum):
    """Who decided a submission."""

    MACHINE = "machine"
    BUYER = "buyer"
    SILENCE = "silence"  # the buyer's, after the review hours
    OPERATOR = "operator"
    RULING = "ruling"  # on a dispute, by an operator or by default
    RULE = "rule"  # late, or the slot was filled


class Ruling(StrEnum):
    FOR_BUYER = "for_buyer"
    FOR_SCOUT = "for_scout"


@dataclass(frozen=True, slots=True)
class DisputeWindow:
    """Amounts below `under_micros` stay contestable for `lasts`. None: every amount above the others."""

    under_micros: int | None
    lasts: timedelta


def windows(*, small_hours: int, middle_hours: int, large_hours: int) -> tuple[DisputeWindow, ...]:
    return (
        DisputeWindow(5 * MICROS_PER_DOLLAR, timedelta(hours=small_hours)),
        DisputeWindow(100 * MICROS_PER_DOLLAR, timedelta(hours=middle_hours)),
        DisputeWindow(None, timedelta(hours=large_hours)),
    )


def dispute_window(amount_micros: int, table: Sequence[DisputeWindow]) -> timedelta:
    return next(each.lasts for each in table if each.under_micros is None or amount_micros < each.under_micros)


def default_ruling(*, opened_by: Side, decided_by: DecidedBy) -> Ruling:
    """What stands when the deadline passes and no operator ruled.

    A scout is not made to pay for our silence where only a buyer's word stood against the capture; where the machine
    found a contradiction, or a rule of time decided, that stands.
    """
    if opened_by is Side.BUYER:
        return Ruling.FOR_SCOUT
    return Ruling.FOR_SCOUT if decided_by is DecidedBy.BUYER else Ruling.FOR_BUYER
