"""Which rail serves which mode."""

from typing import ClassVar

from market.errors import DomainError, Kind
from market.payments.orders import Rail
from market.payments.play_rail import PlayRail


class PayoutsClosed(DomainError):
    """Payouts of this mode are not set up in this house."""

    code = "payouts_closed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    fix = "Payouts in this mode are not set up in this house yet. The balance stays yours."


_RAILS: dict[str, Rail] = {"test": PlayRail()}


def rail_for(mode: str) -> Rail:
    rail = _RAILS.get(mode)
    if rail is None:
        raise PayoutsClosed("Nothing can be paid out in this mode.")
    return rail
