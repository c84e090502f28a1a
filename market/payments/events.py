"""What a scout is told about money on its way out, and an agent about money on its way in."""

from market.events.types import ID, MONEY, TEXT, TRUTH, WORD, EventType

_PAYOUT = {"payout": ID, "amount": MONEY, "cost": MONEY, "rail": WORD}

PAYOUT_REQUESTED = EventType("payout.requested", "scout", "The money is set aside and will be sent.", _PAYOUT)
PAYOUT_SENDING = EventType("payout.sending", "scout", "The money is on its way.", _PAYOUT)
PAYOUT_DELAYED = EventType(
    "payout.delayed",
    "scout",
    "We have too little at our payment service at the moment. It is sent again by itself.",
    _PAYOUT,
)
PAYOUT_PAID = EventType(
    "payout.paid",
    "scout",
    "It is in the scout's own account: of play money nowhere, of real money at Stripe, which pays on to the bank.",
    _PAYOUT,
)
PAYOUT_FAILED = EventType(
    "payout.failed",
    "scout",
    "It could not be sent, and is available again.",
    {**_PAYOUT, "reason": WORD, "explanation": TEXT, "mendable": TRUTH},
)
PAYOUT_RETURNED = EventType(
    "payout.returned", "scout", "What had been paid came back, or this much of it, and is available again.", _PAYOUT
)
PAYOUT_ACCOUNT_READY = EventType(
    "payout_account.ready", "scout", "Stripe has heard enough: money can be sent to the scout's account.", {}
)
PAYOUT_ACCOUNT_STOPPED = EventType(
    "payout_account.stopped", "scout", "Stripe takes no more money for the scout's account.", {"state": WORD}
)
PAYOUT_ACCOUNT_BANK_FAILED = EventType(
    "payout_account.bank_failed",
    "scout",
    "The scout's bank sent back what Stripe paid out. It waits in the scout's account at Stripe.",
    {"reason": WORD},
)

_DEPOSIT = {"deposit": ID, "amount": MONEY}

DEPOSIT_SUCCEEDED = EventType("deposit.succeeded", "buyer", "The money is there.", _DEPOSIT)
DEPOSIT_EXPIRED = EventType("deposit.expired", "buyer", "Nobody paid it in time. Ask for another one.", _DEPOSIT)

DEPOSIT_FAILED = EventType(
    "deposit.failed",
    "buyer",
    "The saved card was refused; topping up by itself has stopped until the owner looks at it.",
    {**_DEPOSIT, "reason": WORD},
)
DEPOSIT_REFUNDED = EventType(
    "deposit.refunded",
    "buyer",
    "We, or our payment service, sent it back to its card, or this much of it, without having been asked here. What of "
    "it had been spent is owed.",
    {**_DEPOSIT, "owed": MONEY},
)
DEPOSIT_CONTESTED = EventType(
    "deposit.contested",
    "buyer",
    "The card's holder contests it, and the bank took this much back. What of it had been spent is owed. Until that is "
    "decided and nothing is owed the agent's keys may only read.",
    {**_DEPOSIT, "owed": MONEY},
)
REFUND_FAILED = EventType(
    "refund.failed", "buyer", "What was to go back to a card is available again.", {"refund": ID, "amount": MONEY}
)

OWN = (
    DEPOSIT_SUCCEEDED,
    DEPOSIT_EXPIRED,
    DEPOSIT_FAILED,
    DEPOSIT_REFUNDED,
    DEPOSIT_CONTESTED,
    REFUND_FAILED,
    PAYOUT_REQUESTED,
    PAYOUT_SENDING,
    PAYOUT_DELAYED,
    PAYOUT_PAID,
    PAYOUT_FAILED,
    PAYOUT_RETURNED,
    PAYOUT_ACCOUNT_READY,
    PAYOUT_ACCOUNT_STOPPED,
    PAYOUT_ACCOUNT_BANK_FAILED,
)
