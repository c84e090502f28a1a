"""What the passing of time does to bounties and claims. Called by sweeps; doing it twice changes nothing."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties import events
from bounties.models import Claim
from bounties.operations.cancelling import begin_closing
from bounties.operations.changing import Change, move_bounty, move_claim, record, settle_slot
from bounties.operations.locking import lock_bounty, lock_claim
from bounties.operations.telling import tell_buyer, tell_of_claim
from bounties.states import BountyState, ClaimState


@transaction.atomic
def expire_bounty(*, bounty_id: UUID, at: datetime) -> None:
    """Its window is over, or something that its money was waiting for can come no more."""
    change = lock_bounty(bounty_id, at=at, passing=True)
    bounty = change.bounty
    if bounty.due_at is None or bounty.due_at > change.now:
        return
    if bounty.state in (BountyState.SCREENING, BountyState.UNFUNDED):
        move_bounty(change, BountyState.EXPIRED)
        tell_buyer(events.BOUNTY_EXPIRED, change, filled_slots=0)
        record(change)
    elif bounty.state == BountyState.OPEN:
        begin_closing(change, because=BountyState.EXPIRED)
    elif bounty.state == BountyState.CLOSING:
        record(change)


@transaction.atomic
def expire_claim(*, claim_id: UUID, at: datetime) -> None:
    change, claim = lock_claim(claim_id, at=at, passing=True)
    if claim.state == ClaimState.LIVE and claim.expires_at <= change.now:
        let_expire(change, claim)
        record(change)


def let_expire(change: Change, claim: Claim) -> None:
    """The slot is free for others at once; its money waits until no offline capture can come any more."""
    move_claim(claim, ClaimState.EXPIRED, ended_at=claim.expires_at)
    settle_slot(change, claim.slot, owed_until=claim.upload_by)
    tell_of_claim(events.CLAIM_EXPIRED, change, claim, upload_by=events.moment(claim.upload_by))
