"""What a rail is told, and what it answers. Pure.

A rail moves money out of the house. The same order told again moves it once: the payout's id and the number of the
attempt are the idempotency key. A rail that cannot say what became of an order raises; the order is then told again
later, under the same key, and never taken back. A new attempt begins only after a definite refusal.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

from market.ids import encode
from market.money import Micros
from market.payments.states import REFUSALS, PayoutState


@dataclass(frozen=True, slots=True)
class Order:
    payout_id: UUID
    scout_id: UUID
    amount_micros: Micros  # what is sent, in whole cents
    sending_at: datetime  # when this attempt was told first
    destination: str = ""  # what the rail called the scout's account when the payout was asked for
    attempt: int = 1
    told_before: bool = False  # this attempt may have been told already, by somebody who never heard the answer

    @property
    def name(self) -> str:
        """What the payout is called outside: found again at the rail by it."""
        return encode("pay", self.payout_id)

    @property
    def key(self) -> str:
        return f"payout:{self.name}:{self.attempt}"


@dataclass(frozen=True, slots=True)
class Arrived:
    reference: str


@dataclass(frozen=True, slots=True)
class Underway:
    look_again_at: datetime


@dataclass(frozen=True, slots=True)
class ShortOfFunds:
    """Definitely nothing has left: the house has too little money at the rail. The next attempt, at that moment."""

    again_at: datetime


@dataclass(frozen=True, slots=True)
class Failed:
    """Definitely: nothing has left, and nothing will."""

    reason: str  # a stable word
    explanation: str  # a sentence for the scout
    mendable: bool  # the scout can do something about it and ask again
    state: PayoutState = PayoutState.FAILED

    def __post_init__(self) -> None:
        if self.state not in REFUSALS:
            raise ValueError(f"a payout does not fail into {self.state}")


Progress: TypeAlias = Arrived | Underway | ShortOfFunds | Failed


class Rail(Protocol):
    name: str
    least_micros: Micros

    def destination(self, scout_id: UUID) -> str:
        """Where this scout is paid. Refuses, in words for the scout, before anything is set aside."""
        ...

    def cost(self, *, scout_id: UUID, amount_micros: int, at: datetime) -> Micros:
        """What of it the house keeps, for what sending it costs."""
        ...

    def move(self, order: Order, *, at: datetime) -> Progress:
        """Send it, or say what became of it. Called with no transaction open."""
        ...
