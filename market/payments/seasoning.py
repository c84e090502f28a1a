"""How a new agent's money by card seasons. Pure: what came in, and the numbers of the house, come in as arguments.

A stolen card is noticed within days, and emptied within hours. Until an agent's first payment is old enough, all that
it has put in by card but an allowance stays where it is, and can go back to the card. What was paid on a chain cannot
be called back, so it does not season. Nor does play money.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from market.errors import DomainError, Kind
from market.money import format_micros


class StillSeasoning(DomainError):
    """A new agent's money by card may not all be spent yet. `facts`: free_micros (what may be set aside now),
    asked_micros; when all of it may is said.
    """

    code = "top_up_seasoning"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Ask for less now, or for the same once the time that is said has come."


@dataclass(frozen=True, slots=True)
class Seasoning:
    """Of a balance that may not all be spent: what may be, and from when on all of it. Below nothing: too much was."""

    free_micros: int
    until: datetime


def seasoning(
    *,
    first_paid_at: datetime | None,
    paid_in_micros: int,
    available_micros: int,
    at: datetime,
    lasts: timedelta,
    allowance_micros: int,
) -> Seasoning | None:
    """None: nothing is kept back. Otherwise what was paid in, less the allowance, must stay in the balance.

    So it is the sum that counts, in however many bounties: what has come back from them may be set aside again, and
    what an agent has from elsewhere is its own to spend.
    """
    if first_paid_at is None or at >= first_paid_at + lasts or paid_in_micros <= allowance_micros:
        return None
    return Seasoning(available_micros - (paid_in_micros - allowance_micros), first_paid_at + lasts)


def refusal(*, asked_micros: int, free_micros: int, until: datetime) -> StillSeasoning:
    """
    >>> print(refusal(asked_micros=150_000_000, free_micros=100_000_000, until=datetime(2026, 3, 17, 12, tzinfo=UTC)))
    This needs 150.00, and 100.00 of a new agent's money may be used now; all of it from 2026-03-17 12:00 UTC on.
    """
    free = max(0, free_micros)
    # Told in whole minutes, and never too early.
    told = (until.astimezone(UTC) + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)
    return StillSeasoning(
        f"This needs {format_micros(asked_micros)}, and {format_micros(free)} of a new agent's money may be used now; "
        f"all of it from {told:%Y-%m-%d %H:%M} UTC on.",
        retry_at=until,
        facts={"free_micros": free, "asked_micros": asked_micros},
    )
