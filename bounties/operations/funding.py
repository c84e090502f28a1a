"""Money for a bounty that was allowed and has none."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties import postings
from bounties.models import Bounty
from bounties.operations.changing import Change, move_bounty, record
from bounties.operations.locking import lock_own_bounty
from bounties.operations.posting import make_slots, tell_posted
from bounties.policies.claims import check_window
from bounties.states import BountyState
from market.accounts.models import Account
from market.ledger.operations import Spender
from market.payments.debts import check_not_frozen
from market.transitions import WrongState


@transaction.atomic
def fund(*, buyer: Account, bounty_id: UUID, at: datetime, spender: Spender | None = None) -> Bounty:
    change = lock_own_bounty(bounty_id, buyer=buyer, at=at)
    if change.bounty.state != BountyState.UNFUNDED:
        raise WrongState(f"This bounty is {change.bounty.state}: it does not wait for money.")
    check_not_frozen(buyer.id)  # before its money is looked at: topping up would not be the way out
    put_on_offer(change)
    tell_posted(change)
    record(change, spender=spender)
    return change.bounty


def put_on_offer(change: Change) -> None:
    """From unfunded to open. The hold itself is posted when the change is recorded."""
    bounty = change.bounty
    require_time_left(change)
    bounty.free_slots = bounty.unfinished_slots = bounty.slots
    move_bounty(change, BountyState.OPEN, opened_at=change.now, due_at=bounty.closes_at)
    make_slots([bounty])
    change.entries.append(postings.hold(bounty))


def require_time_left(change: Change) -> None:
    """The window may be over before a sweep has ended the bounty."""
    check_window(opens_at=change.now, closes_at=change.bounty.closes_at, at=change.now)
