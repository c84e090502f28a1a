"""What an operator answers to a bounty in screening."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties import events
from bounties.models import Bounty
from bounties.operations.auditing import audit
from bounties.operations.changing import Change, move_bounty, record
from bounties.operations.funding import put_on_offer, require_time_left
from bounties.operations.locking import lock_bounty, require_operator
from bounties.operations.posting import tell_posted
from bounties.operations.telling import tell_buyer
from bounties.states import BountyState
from market.accounts.models import ApiKey, Operator
from market.ledger.operations import InsufficientFunds, Spender, SpendingLimitReached
from market.ledger.policies import SpendingLimits
from market.payments.debts import check_not_frozen
from market.payments.seasoning import StillSeasoning
from market.transitions import WrongState


@transaction.atomic
def allow(*, operator: Operator, bounty_id: UUID, reason: str, at: datetime) -> Bounty:
    """It may be asked. On offer at once where there is money for it; else it waits for money, and its buyer is told.

    A bounty posted with a key is funded under that key's limits as they are now, and not with a key that has ended or
    may post no more: whoever took that from it wants nothing bought with it either. The buyer can still fund it. For a
    frozen buyer it is not allowed at all: nobody is sent anywhere for money that a bank may take back.
    """
    change = _screened(operator, bounty_id, at=at)
    require_time_left(change)
    check_not_frozen(change.bounty.buyer_id)
    audit(operator, "allow", bounty_id, reason, at=at)
    move_bounty(change, BountyState.UNFUNDED)
    if not _opens(change):
        change = lock_bounty(bounty_id, at=at)  # what a savepoint took back, the object still shows
        tell_posted(change)
        record(change)
    return change.bounty


@transaction.atomic
def refuse(*, operator: Operator, bounty_id: UUID, reason: str, at: datetime) -> Bounty:
    """It may not be asked. The buyer reads the reason."""
    change = _screened(operator, bounty_id, at=at)
    told = audit(operator, "refuse", bounty_id, reason, at=at)
    move_bounty(change, BountyState.REFUSED)
    tell_buyer(events.BOUNTY_REFUSED, change, reason=told)
    record(change)
    return change.bounty


def _opens(change: Change) -> bool:
    spender = _spender(change)
    if spender is None and change.bounty.posted_by is not None:
        return False
    try:
        with transaction.atomic():
            put_on_offer(change)
            tell_posted(change)
            record(change, spender=spender)
    except (InsufficientFunds, SpendingLimitReached, StillSeasoning):
        return False
    return True


def _spender(change: Change) -> Spender | None:
    posted_by = change.bounty.posted_by
    key = posted_by and ApiKey.objects.filter(pk=posted_by, revoked_at__isnull=True).first()
    if not key or "post" not in key.scopes or (key.expires_at is not None and key.expires_at <= change.at):
        return None
    limits = SpendingLimits(key.per_call_micros, key.per_day_micros, key.per_month_micros)
    return Spender(key.id, limits, key.purse_id)


def _screened(operator: Operator, bounty_id: UUID, *, at: datetime) -> Change:
    require_operator(operator)
    change = lock_bounty(bounty_id, at=at)
    if change.bounty.state != BountyState.SCREENING:
        raise WrongState(f"This bounty is {change.bounty.state}: nobody has to look at it any more.")
    return change
