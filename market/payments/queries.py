"""Named reads of money on its way out. Nothing here locks or changes anything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import F, Sum

from market.payments.models import Payout
from market.payments.rails import PayoutsClosed, rail_for
from market.payments.states import PayoutState


@dataclass(frozen=True, slots=True)
class OwnPayout:
    """A payout as its scout sees it, its moments in real time."""

    id: UUID
    state: PayoutState
    amount_micros: int
    cost_micros: int
    requested_at: datetime
    ended_at: datetime | None
    explanation: str
    returned_micros: int


def payouts_of(scout_id: UUID, *, limit: int = 50) -> list[OwnPayout]:
    """The newest first."""
    rows = Payout.objects.select_related("scout").filter(scout_id=scout_id).order_by("-id")[:limit]
    return [_own(row, row.scout.clock_ahead) for row in rows]


def paid_out(scout_id: UUID) -> int:
    """All that has ever arrived and has not come back."""
    paid = Payout.objects.filter(scout_id=scout_id, state=PayoutState.PAID)
    return paid.aggregate(micros=Sum(F("amount_micros") - F("cost_micros") - F("returned_micros")))["micros"] or 0


def least_payout(mode: str) -> int | None:
    """The smallest payout that this mode's rail takes, or None where there is no rail."""
    try:
        return rail_for(mode).least_micros
    except PayoutsClosed:
        return None


def _own(row: Payout, ahead: timedelta) -> OwnPayout:
    return OwnPayout(
        id=row.id,
        state=PayoutState(row.state),
        amount_micros=row.amount_micros,
        cost_micros=row.cost_micros,
        requested_at=row.requested_at - ahead,
        ended_at=None if row.ended_at is None else row.ended_at - ahead,
        explanation=row.explanation,
        returned_micros=row.returned_micros,
    )
