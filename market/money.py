"""Money as whole micro-dollars. Parsing, printing, sharing out; every rounding says which way it goes.

No floats come in here and none go out. The currency and the mode of an amount belong to the account that holds it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NewType

from market.errors import DomainError

Micros = NewType("Micros", int)

MICROS_PER_DOLLAR = 1_000_000
MICROS_PER_CENT = 10_000
BASIS_POINTS = 10_000
# Far above any sum the exchange can hold, far below what a bigint can: sums of amounts stay inside the column.
LARGEST_MICROS = 10**15

_AMOUNT = re.compile(r"(-?)([0-9]{1,10})(?:\.([0-9]{1,6}))?", re.ASCII)


class InvalidAmount(DomainError):
    """An amount is not written as a decimal string, or is out of bounds."""

    code = "invalid_amount"
    fix = 'Send money as a decimal string with at most six decimals, for example "2.50".'


class NotWholeCents(DomainError):
    """Money that leaves the house divides by one cent, and this amount does not."""

    code = "not_whole_cents"
    fix = "Use an amount that is a whole number of cents."


def parse(text: object, *, param: str | None = None) -> Micros:
    """Read `"2.50"` as 2,500,000 micros. Numbers are refused: a float has already lost what was meant."""
    if not isinstance(text, str):
        raise InvalidAmount("An amount of money must be a string.", param=param)
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise InvalidAmount("This is not an amount of money.", param=param)
    sign, whole, fraction = match.groups(default="")
    micros = int(whole) * MICROS_PER_DOLLAR + int(fraction.ljust(6, "0"))
    if sign and micros == 0:
        raise InvalidAmount("Negative zero is not an amount of money.", param=param)
    if micros > LARGEST_MICROS:
        raise InvalidAmount("This amount is larger than the exchange can hold.", param=param)
    return Micros(-micros if sign else micros)


@lru_cache(maxsize=16_384)  # few amounts are shown again and again
def format_micros(micros: int) -> str:
    """Print exactly: at least two decimals, as many more as the amount needs. `parse` reads it back."""
    whole, rest = divmod(abs(micros), MICROS_PER_DOLLAR)
    fraction = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{whole}.{fraction}"


def share_up(micros: int, *, basis_points: int) -> Micros:
    """A share of an amount, rounded up to a micro: for fees, so that a fee is never less than its rate."""
    _require_not_negative(micros, basis_points)
    return Micros(-(-micros * basis_points // BASIS_POINTS))


def share_down(micros: int, *, basis_points: int) -> Micros:
    """A share of an amount, rounded down to a micro: for what must not exceed its rate."""
    _require_not_negative(micros, basis_points)
    return Micros(micros * basis_points // BASIS_POINTS)


def split(micros: int, *, weights: Sequence[int]) -> list[Micros]:
    """Share out by weights without losing a micro: what rounding leaves goes, one micro each, to the first."""
    _require_not_negative(micros, *weights)
    total = sum(weights)
    if total == 0:
        raise ValueError("an amount cannot be split over no weight")
    shares = [micros * weight // total for weight in weights]
    left = micros - sum(shares)
    receivers = [index for index, weight in enumerate(weights) if weight > 0]
    for index in receivers[:left]:
        shares[index] += 1
    return [Micros(share) for share in shares]


def to_cents(micros: int, *, param: str | None = None) -> int:
    """What an outside service is told. Refuses dust instead of rounding it away."""
    cents, dust = divmod(micros, MICROS_PER_CENT)
    if dust:
        raise NotWholeCents("This amount is not a whole number of cents.", param=param)
    return cents


def from_cents(cents: int) -> Micros:
    return Micros(cents * MICROS_PER_CENT)


def whole_cents_down(micros: int) -> Micros:
    """The part of an amount that can leave the house; the dust stays where it is."""
    _require_not_negative(micros)
    return Micros(micros - micros % MICROS_PER_CENT)


def whole_cents_up(micros: int) -> Micros:
    """The least that comes in as whole cents and is enough."""
    _require_not_negative(micros)
    return Micros(-(-micros // MICROS_PER_CENT) * MICROS_PER_CENT)


def _require_not_negative(*amounts: int) -> None:
    if min(amounts) < 0:
        raise ValueError("this rule is for amounts that are not negative")
