"""The buyer wants no more of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties import events
from bounties.models import Bounty
from bounties.operations.changing import Change, move_bounty, record
from bounties.operations.locking import lock_own_bounty
from bounties.operations.telling import tell_buyer
from bounties.states import BountyState
from market.accounts.models import Account
from market.transitions import WrongState


@transaction.atomic
def cancel(*, buyer: Account, bounty_id: UUID, at: datetime) -> Bounty:
    """No new claims. Whoever is on the way may finish and is paid; the rest of the money comes back now.

    A repeated cancel changes nothing.
    """
    change = lock_own_bounty(bounty_id, buyer=buyer, at=at)
    bounty = change.bounty
    if BountyState.CANCELLED in (bounty.state, bounty.closing_as):
        return bounty
    if bounty.state in (BountyState.SCREENING, BountyState.UNFUNDED):
        move_bounty(change, BountyState.CANCELLED)
        tell_buyer(events.BOUNTY_CANCELLED, change, filled_slots=0)
        record(change)
    elif bounty.state == BountyState.OPEN:
        begin_closing(change, because=BountyState.CANCELLED)
    else:
        raise WrongState(f"This bounty is {bounty.state}: it can no longer be cancelled.")
    return bounty


def begin_closing(change: Change, *, because: BountyState) -> None:
    """Of an open bounty: free slots give their money back, the others when they are done."""
    move_bounty(change, BountyState.CLOSING, closing_as=because, due_at=None)
    tell_buyer(events.BOUNTY_CLOSING, change, because=str(because))
    record(change)
