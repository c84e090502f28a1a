"""One file for each thing that is kept about money going in and out."""

from market.payments.models.payout import ENDS, Payout
from market.payments.models.stop import PayoutStop

__all__ = ["ENDS", "Payout", "PayoutStop"]
