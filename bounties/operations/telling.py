"""Telling the buyer and the scout what happened, in the transaction that makes it true: whom, and on whose clock.

A buyer's clock is the bounty's time; a scout is told in the scout's own. What is told here is appended, all of it in
one statement, when the change is recorded.
"""

from typing import TYPE_CHECKING

from bounties.models import Claim, Dispute, Submission
from market.events.models import JSON
from market.events.types import EventType
from market.ids import encode

if TYPE_CHECKING:
    from bounties.operations.changing import Change


def tell_buyer(type_: EventType, change: "Change", **data: JSON) -> None:
    """About the bounty itself."""
    bounty = change.bounty
    what: dict[str, JSON] = {
        "bounty": encode("bnt", bounty.id),
        "version": change.version,
        "status": str(bounty.state),
    }
    change.told.append(type_.event(bounty.buyer_id, change.now, **what, **data))


def tell_of_result(type_: EventType, change: "Change", submission: Submission, **data: JSON) -> None:
    """The buyer, about a submission."""
    bounty = change.bounty
    what: dict[str, JSON] = {
        "bounty": encode("bnt", bounty.id),
        "version": change.version,
        "result": encode("sub", submission.id),
    }
    change.told.append(type_.event(bounty.buyer_id, change.now, **what, **data))


def tell_scout(type_: EventType, change: "Change", submission: Submission, **data: JSON) -> None:
    """The scout, about what was handed in."""
    what: dict[str, JSON] = {
        "bounty": encode("bnt", submission.bounty_id),
        "claim": encode("clm", submission.claim_id),
        "submission": encode("sub", submission.id),
    }
    change.told.append(type_.event(submission.scout_id, submission.scout.time_of(change.at), **what, **data))


def tell_of_claim(type_: EventType, change: "Change", claim: Claim, **data: JSON) -> None:
    """Both hear the same: a buyer learns of a claim that it is there, not whose it is."""
    what: dict[str, JSON] = {
        "bounty": encode("bnt", claim.bounty_id),
        "claim": encode("clm", claim.id),
        "slot": claim.slot.number,
        **data,
    }
    change.told.append(type_.event(change.bounty.buyer_id, change.now, **what))
    change.told.append(type_.event(claim.scout_id, claim.scout.time_of(change.at), **what))


def tell_of_dispute(type_: EventType, change: "Change", submission: Submission, dispute: Dispute, **data: JSON) -> None:
    """Both sides, the same."""
    what: dict[str, JSON] = {
        "bounty": encode("bnt", dispute.bounty_id),
        "submission": encode("sub", submission.id),
        "dispute": encode("dsp", dispute.id),
        "opened_by": str(dispute.opened_by),
        **data,
    }
    change.told.append(type_.event(change.bounty.buyer_id, change.now, **what))
    change.told.append(type_.event(submission.scout_id, submission.scout.time_of(change.at), **what))
