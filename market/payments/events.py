"""What a scout is told about money on its way out."""

from market.events.types import ID, MONEY, TEXT, TRUTH, WORD, EventType

_PAYOUT = {"payout": ID, "amount": MONEY, "rail": WORD}

PAYOUT_REQUESTED = EventType("payout.requested", "scout", "The money is set aside and will be sent.", _PAYOUT)
PAYOUT_SENDING = EventType("payout.sending", "scout", "The money is on its way.", _PAYOUT)
PAYOUT_DELAYED = EventType(
    "payout.delayed",
    "scout",
    "We have too little at our payment service at the moment. It is sent again by itself.",
    _PAYOUT,
)
PAYOUT_PAID = EventType("payout.paid", "scout", "The money has arrived.", _PAYOUT)
PAYOUT_FAILED = EventType(
    "payout.failed",
    "scout",
    "It could not be sent, and is available again.",
    {**_PAYOUT, "reason": WORD, "explanation": TEXT, "mendable": TRUTH},
)
PAYOUT_RETURNED = EventType(
    "payout.returned", "scout", "What had been paid came back, or this much of it, and is available again.", _PAYOUT
)

OWN = (PAYOUT_REQUESTED, PAYOUT_SENDING, PAYOUT_DELAYED, PAYOUT_PAID, PAYOUT_FAILED, PAYOUT_RETURNED)
