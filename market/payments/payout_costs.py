"""What a payout costs in this house and who bears it: known before it is asked for, and fixed when it is."""

from datetime import UTC, datetime
from uuid import UUID

from django.conf import settings

from market.money import Micros
from market.payments.fees import PayoutRate
from market.payments.models import Payout
from market.payments.states import REFUSALS, PayoutState


def rate() -> PayoutRate:
    return PayoutRate(
        settings.PAYOUT_FEE_BASIS_POINTS, settings.PAYOUT_FEE_FIXED_MICROS, settings.PAYOUT_FEE_MONTHLY_MICROS
    )


def are_the_scouts() -> bool:
    return bool(settings.PAYOUTS_PAID_BY == "scout")


def told(*, scout_id: UUID, amount_micros: int, at: datetime) -> Micros:
    """What paying out so much would cost now, whoever bears it: said before the button."""
    return rate().of(amount_micros, is_first_this_month=not _was_paid_this_month(scout_id, at))


def cost_of(*, scout_id: UUID, amount_micros: int, at: datetime) -> Micros:
    """What is kept of a payout asked for now, where scouts bear it. Whoever asks holds the scout's account locked."""
    if not are_the_scouts():
        return Micros(0)
    return told(scout_id=scout_id, amount_micros=amount_micros, at=at)


def _was_paid_this_month(scout_id: UUID, at: datetime) -> bool:
    """Stripe counts an account once a month, by the calendar in UTC; what was never paid does not count."""
    month = at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    mine = Payout.objects.filter(scout_id=scout_id, requested_at__gte=month)
    return mine.exclude(state__in=[*REFUSALS, PayoutState.RETURNED]).exists()
