"""The clock of a test account, which its agent may move so that silence, expiry and windows pass in seconds."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.accounts import policies
from market.accounts.models import Account
from market.errors import DomainError, Kind


class AccountUnknown(DomainError):
    """There is no such account."""

    code = "account_unknown"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id of the account."


@transaction.atomic
def advance_clock(
    *, account_id: UUID, by: timedelta | None = None, to: datetime | None = None, at: datetime
) -> datetime:
    """Move a test account's clock forward, by so much or to a moment. Answers what it shows now; `at` is the moment
    on everybody's clock.
    """
    account = Account.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    if account is None:
        raise AccountUnknown("There is no such account.")
    param = "/advance_seconds" if to is None else "/to"
    if by is None:
        by = timedelta() if to is None else to - account.time_of(at)
    policies.check_clock(mode=account.mode, ahead=account.clock_ahead, by=by, param=param)
    account.clock_ahead += by
    account.save(update_fields=["clock_ahead"])
    return account.time_of(at)
