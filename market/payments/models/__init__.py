"""One file for each thing that is kept about money going in and out."""

from market.payments.models.chain_payment import ChainPayment
from market.payments.models.inbox import StripeEvent
from market.payments.models.money_in import ChargeDispute, Payment, Refund, SavedCard, TopUp
from market.payments.models.payout import ENDS, Payout
from market.payments.models.payout_account import PayoutAccount
from market.payments.models.reconciliation import Reconciliation, StripeTransaction
from market.payments.models.stop import PayoutStop

__all__ = [
    "ENDS",
    "ChainPayment",
    "ChargeDispute",
    "Payment",
    "Payout",
    "PayoutAccount",
    "PayoutStop",
    "Reconciliation",
    "Refund",
    "SavedCard",
    "StripeEvent",
    "StripeTransaction",
    "TopUp",
]
