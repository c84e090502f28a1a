"""One file for each thing that is kept about money going in and out."""

from market.payments.models.payout import ENDS, Payout

__all__ = ["ENDS", "Payout"]
