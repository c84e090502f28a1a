"""What a key may set aside, per call, per day and per month (UTC). Held exactly, also by calls at the same moment.

Money that comes back does not give a cap back: a cap limits what a key can set in motion.
"""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from market.accounts import policies
from market.accounts.models import ApiKey, Spending


@transaction.atomic
def spend(*, key_id: UUID, amount_micros: int, at: datetime) -> None:
    """Count an amount against the key's caps. Called inside the transaction that sets the money aside."""
    if amount_micros < 0:
        raise ValueError("an amount that is set aside is not negative")
    # The key's row is the queue: calls at the same moment count one after the other.
    key = ApiKey.objects.select_for_update(no_key=True).get(pk=key_id)
    day = at.astimezone(UTC).date()
    month = Spending.objects.filter(key=key, day__gte=day.replace(day=1), day__lte=day)
    spent_in_month = month.aggregate(sum=Sum("micros"))["sum"] or 0
    today = month.filter(day=day).first()
    spent_today = today.micros if today else 0
    policies.check_spending(amount=amount_micros, spent=0, cap=key.per_call_micros, over="call")
    policies.check_spending(amount=amount_micros, spent=spent_today, cap=key.per_day_micros, over="day")
    policies.check_spending(amount=amount_micros, spent=spent_in_month, cap=key.per_month_micros, over="month")
    Spending.objects.update_or_create(key=key, day=day, defaults={"micros": spent_today + amount_micros})
