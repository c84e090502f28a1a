"""What a rail is told, and what it answers. Pure.

A rail moves money out of the house. The same order told again moves it once: the payout's own id is the idempotency
key. A rail that cannot say what became of an order raises; the order is then told again later, never taken back.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from market.money import Micros


@dataclass(frozen=True, slots=True)
class Order:
    payout_id: UUID
    scout_id: UUID
    amount_micros: Micros  # whole cents
    sending_at: datetime  # when it was told first


@dataclass(frozen=True, slots=True)
class Arrived:
    reference: str


@dataclass(frozen=True, slots=True)
class Underway:
    look_again_at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """Definitely: nothing has left, and nothing will."""

    reason: str  # a stable word
    explanation: str  # a sentence for the scout
    mendable: bool  # the scout can do something about it and ask again


Progress: TypeAlias = Arrived | Underway | Failed


class Rail(Protocol):
    name: str
    least_micros: Micros

    def move(self, order: Order, *, at: datetime) -> Progress:
        """Send it, or say what became of it. Called with no transaction open."""
        ...
