"""The rail of test mode: play money arrives after a moment, and nowhere."""

from datetime import datetime, timedelta
from uuid import UUID

from market.ids import encode
from market.money import MICROS_PER_DOLLAR, Micros
from market.payments.orders import Arrived, Order, Progress, Underway

MOMENT = timedelta(seconds=2)


class PlayRail:
    name = "test"
    least_micros = Micros(1 * MICROS_PER_DOLLAR)

    def destination(self, scout_id: UUID) -> str:
        """Anybody may be paid play money."""
        return ""

    def cost(self, *, scout_id: UUID, amount_micros: int, at: datetime) -> Micros:
        return Micros(0)

    def move(self, order: Order, *, at: datetime) -> Progress:
        arrives_at = order.sending_at + MOMENT
        return Arrived(encode("ply", order.payout_id)) if at >= arrives_at else Underway(arrives_at)
