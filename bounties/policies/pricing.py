"""What a bounty costs and what a scout gets for it. Amounts per slot, in micros."""

from dataclasses import dataclass

from market import money
from market.money import Micros

BLOCKED_BASIS_POINTS = 3_000


@dataclass(frozen=True, slots=True)
class Price:
    """The most a bounty can cost; what is not used of it comes back."""

    reward_micros: Micros
    fee_micros: Micros
    slots: int

    @property
    def slot_micros(self) -> Micros:
        return Micros(self.reward_micros + self.fee_micros)

    @property
    def total_micros(self) -> Micros:
        return Micros(self.slot_micros * self.slots)


def price(*, reward_micros: Micros, slots: int, fee_basis_points: int) -> Price:
    return Price(reward_micros, fee(reward_micros, basis_points=fee_basis_points), slots)


def fee(reward_micros: Micros, *, basis_points: int) -> Micros:
    return money.share_up(reward_micros, basis_points=basis_points)


def blocked_reward(reward_micros: Micros) -> Micros:
    return money.share_down(reward_micros, basis_points=BLOCKED_BASIS_POINTS)
