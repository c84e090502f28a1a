"""The house's own numbers, as they are set today. Pure rules get them as arguments; operations ask for them here."""

from market.config import config
from market.ledger.policies import DisputeWindows, SlotPrice


def slot_price(*, reward_micros: int, blocked_reward_micros: int) -> SlotPrice:
    return SlotPrice(reward_micros, blocked_reward_micros, config.platform_fee_basis_points)


def dispute_windows() -> DisputeWindows:
    return DisputeWindows.parse(config.dispute_windows)
