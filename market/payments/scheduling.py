"""Payouts that nobody has to ask for: each connected scout's, when their schedule says so."""

from datetime import datetime
from uuid import UUID

import structlog
from django.db import transaction

from market.errors import DomainError
from market.ledger import rules
from market.ledger.postings import Book
from market.ledger.queries import balance
from market.payments.models import PayoutAccount
from market.payments.operations import request_payout
from market.payments.schedule import Schedule, is_due
from market.payments.states import PayoutAccountState

log = structlog.get_logger(__name__)


def begin_due(*, at: datetime) -> int:
    """Begin the payouts that are due now. Answers how many. Two of these at once begin each payout once."""
    due = PayoutAccount.objects.filter(state=PayoutAccountState.ACTIVE).exclude(schedule=Schedule.ASKED)
    return sum(_begin(account_id, at=at) for account_id in due.order_by("id").values_list("id", flat=True))


@transaction.atomic
def _begin(account_id: UUID, *, at: datetime) -> bool:
    account = (
        PayoutAccount.objects.select_related("scout")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=account_id, state=PayoutAccountState.ACTIVE)
        .first()
    )
    if account is None:
        return False
    available = balance(rules.scout_available(Book.of(account.mode), account.scout_id))
    schedule = Schedule(account.schedule)
    if not is_due(schedule, available_micros=available, last_at=account.scheduled_at, at=at):
        return False
    try:
        with transaction.atomic():
            request_payout(scout=account.scout, at=at)
    except DomainError as refusal:
        log.warning("scheduled_payout_refused", account=str(account.id), code=refusal.code)
        return False
    account.scheduled_at = at
    account.save(update_fields=["scheduled_at"])
    return True
