"""What is told by which kind, and when it may be told. Pure."""

from collections.abc import Collection
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo


class Kind(StrEnum):
    NEARBY = "nearby"  # new bounties near a place that the person chose
    VERDICTS = "verdicts"
    APPEALS = "appeals"
    MONEY = "money"


class Channel(StrEnum):
    EMAIL = "email"
    PUSH = "push"


KIND_OF: Final = {
    "submission.accepted": Kind.VERDICTS,
    "submission.rejected": Kind.VERDICTS,
    "submission.set_aside": Kind.VERDICTS,
    "submission.in_review": Kind.VERDICTS,
    "dispute.opened": Kind.APPEALS,
    "dispute.message": Kind.APPEALS,
    "dispute.ruled": Kind.APPEALS,
    "submission.overturned": Kind.APPEALS,
    "award.settled": Kind.MONEY,
    "payout.paid": Kind.MONEY,
    "payout.failed": Kind.MONEY,
    "payout.delayed": Kind.MONEY,
    "payout.returned": Kind.MONEY,
}

MOST_PLACES = 10
MOST_DEVICES = 10
# A place with much going on is told of now and then, not all day.
PAUSE_BETWEEN = timedelta(minutes=30)


def switch(kind: Kind, channel: Channel) -> str:
    return f"{kind}.{channel}"


def wants(off: Collection[str], kind: Kind, channel: Channel) -> bool:
    return switch(kind, channel) not in off


def tell_at(at: datetime, *, zone: ZoneInfo, quiet_from: time | None, quiet_until: time | None) -> datetime:
    """Now, or when the quiet hours end that it is in. They may run over midnight; of equal ends there are none."""
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    local = at.astimezone(zone)
    now = local.time()
    over_midnight = quiet_from > quiet_until
    is_quiet = (now >= quiet_from or now < quiet_until) if over_midnight else quiet_from <= now < quiet_until
    if not is_quiet:
        return at
    day = local.date() + timedelta(days=1) if over_midnight and now >= quiet_from else local.date()
    return datetime.combine(day, quiet_until, tzinfo=zone).astimezone(UTC)
