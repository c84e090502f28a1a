"""The states of a payout. Pure; the diagram is drawn from here."""

from enum import StrEnum
from typing import Any

from market.transitions import Lifecycle


class PayoutState(StrEnum):
    REQUESTED = "requested"  # the money is set aside; nobody outside has been asked yet
    SENDING = "sending"  # the rail has been asked, or is about to be: what came of it, only the rail knows
    PAID = "paid"
    FAILED = "failed"  # definitely nothing left: the money is available again


PAYOUT = Lifecycle(
    "payout",
    PayoutState.REQUESTED,
    {
        PayoutState.REQUESTED: {PayoutState.SENDING: "begin"},
        PayoutState.SENDING: {PayoutState.PAID: "arrive", PayoutState.FAILED: "fail"},
    },
)

LIFECYCLES: tuple[Lifecycle[Any], ...] = (PAYOUT,)
