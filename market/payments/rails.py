"""Which rail serves which mode."""

from typing import ClassVar

from market.accounts.models import Mode
from market.errors import DomainError, Kind
from market.payments import stripe_gateway
from market.payments.orders import Rail
from market.payments.play_rail import PlayRail
from market.payments.stripe_rail import StripeRail


class PayoutsClosed(DomainError):
    """Payouts of this mode are not set up in this house."""

    code = "payouts_closed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    fix = "Payouts in this mode are not set up in this house yet. The balance stays yours."


_RAILS: dict[str, Rail] = {Mode.TEST: PlayRail(), Mode.LIVE: StripeRail()}


def rail_for(mode: str) -> Rail:
    if mode == Mode.LIVE and not stripe_gateway.is_open():
        raise PayoutsClosed("Nothing can be paid out in this mode.")
    return _RAILS[mode]
