"""The states of payouts, of the accounts they go to, of top-ups and refunds. Pure; drawn into the diagrams."""

from enum import StrEnum
from typing import Any, Final

from market.transitions import Lifecycle


class PayoutState(StrEnum):
    REQUESTED = "requested"  # the money is set aside; nobody outside has been asked yet
    SENDING = "sending"  # the rail has been asked, or is about to be: what came of it, only the rail knows
    SHORT_OF_FUNDS = "short_of_funds"  # nothing left: the house has too little at the rail. Sent anew by itself
    PAID = "paid"
    FAILED = "failed"  # definitely nothing left: the money is available again
    RESTRICTED = "restricted"  # the same, because the scout's account with the rail takes no money at the moment
    UNSUPPORTED = "unsupported"  # the same, because the rail does not pay into the scout's country
    RETURNED = "returned"  # it had left, and all of it came back: the money is available again


# Nothing left, and nothing will: by these a payout gives the money back.
REFUSALS: Final = frozenset({PayoutState.FAILED, PayoutState.RESTRICTED, PayoutState.UNSUPPORTED})
# Nothing is waited for any more; what has been paid may still come back.
ENDED: Final = REFUSALS | {PayoutState.PAID, PayoutState.RETURNED}

PAYOUT = Lifecycle(
    "payout",
    PayoutState.REQUESTED,
    {
        PayoutState.REQUESTED: {PayoutState.SENDING: "begin"},
        PayoutState.SENDING: {
            PayoutState.PAID: "arrive",
            PayoutState.SHORT_OF_FUNDS: "wait",
            PayoutState.FAILED: "fail",
            PayoutState.RESTRICTED: "restrict",
            PayoutState.UNSUPPORTED: "refuse",
        },
        PayoutState.SHORT_OF_FUNDS: {PayoutState.SENDING: "begin anew"},
        PayoutState.PAID: {PayoutState.RETURNED: "come back"},
    },
)


class TopUpState(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    SUCCEEDED = "succeeded"  # Stripe has the money, and the agent its balance
    FAILED = "failed"  # the saved card was declined
    EXPIRED = "expired"  # nobody paid


# Money that came in is the agent's, whatever we had thought of the top-up before.
TOP_UP = Lifecycle(
    "top-up",
    TopUpState.AWAITING_PAYMENT,
    {
        TopUpState.AWAITING_PAYMENT: {
            TopUpState.SUCCEEDED: "pay",
            TopUpState.FAILED: "decline",
            TopUpState.EXPIRED: "expire",
        },
        TopUpState.FAILED: {TopUpState.SUCCEEDED: "pay after all"},
        TopUpState.EXPIRED: {TopUpState.SUCCEEDED: "pay late"},
    },
)


class PayoutAccountState(StrEnum):
    """What Stripe says of a scout's account. It may change its mind about all but a closed one."""

    CONNECTING = "connecting"  # the scout has not told Stripe enough yet
    PENDING = "pending"  # Stripe looks at what it was told
    ACTIVE = "active"  # money can be sent
    RESTRICTED = "restricted"  # no money can be sent until the scout, or Stripe, does something
    UNSUPPORTED = "unsupported"  # Stripe does not pay into this country from here
    CLOSED = "closed"


_MAY_BECOME: Final[dict[PayoutAccountState, str]] = {
    PayoutAccountState.CONNECTING: "ask for more",
    PayoutAccountState.PENDING: "look",
    PayoutAccountState.ACTIVE: "allow",
    PayoutAccountState.RESTRICTED: "restrict",
    PayoutAccountState.UNSUPPORTED: "refuse",
    PayoutAccountState.CLOSED: "close",
}

PAYOUT_ACCOUNT: Final = Lifecycle[PayoutAccountState](
    "payout account",
    PayoutAccountState.CONNECTING,
    {
        source: {target: verb for target, verb in _MAY_BECOME.items() if target != source}
        for source in PayoutAccountState
        if source != PayoutAccountState.CLOSED
    },
)


class RefundState(StrEnum):
    REQUESTED = "requested"  # the money is set aside; Stripe has not been asked yet
    SENDING = "sending"  # Stripe has been asked, or is about to be; with its reference: Stripe says it is on its way
    PAID = "paid"  # Stripe has sent it to the card
    FAILED = "failed"  # it did not leave, or the card's bank sent it back: the agent has it again


REFUND = Lifecycle(
    "refund",
    RefundState.REQUESTED,
    {
        RefundState.REQUESTED: {RefundState.SENDING: "begin"},
        RefundState.SENDING: {RefundState.PAID: "send", RefundState.FAILED: "fail"},
        RefundState.PAID: {RefundState.FAILED: "come back"},
    },
)


class ChainPaymentState(StrEnum):
    SETTLING = "settling"  # signed and checked; whether the chain has it, only the facilitator knows
    SETTLED = "settled"
    REFUSED = "refused"  # definitely not carried out


CHAIN_PAYMENT = Lifecycle(
    "payment on a chain",
    ChainPaymentState.SETTLING,
    {ChainPaymentState.SETTLING: {ChainPaymentState.SETTLED: "settle", ChainPaymentState.REFUSED: "refuse"}},
)

LIFECYCLES: tuple[Lifecycle[Any], ...] = (PAYOUT, PAYOUT_ACCOUNT, CHAIN_PAYMENT, TOP_UP, REFUND)
