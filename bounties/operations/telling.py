"""Telling the buyer and the scout what happened, in the transaction that makes it true: whom, and on whose clock.

A buyer's clock is the bounty's time; a scout is told in the scout's own.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bounties.models import Claim, Dispute, Submission
from market.events.models import JSON
from market.events.types import EventType, tell_together
from market.ids import encode

if TYPE_CHECKING:
    from bounties.operations.changing import Change


def tell_buyer(type_: EventType, change: "Change", **data: JSON) -> None:
    """About the bounty itself."""
    type_.tell(change.bounty.buyer_id, change.now, **_of_bounty(change), **data)


def tell_buyer_together(told: "Sequence[tuple[EventType, Change, Mapping[str, JSON]]]") -> None:
    """About several bounties of one buyer, at one moment."""
    if told:
        first = told[0][1]
        each = [(type_, {**_of_bounty(change), **data}) for type_, change, data in told]
        tell_together(first.bounty.buyer_id, first.now, each)


def _of_bounty(change: "Change") -> dict[str, JSON]:
    bounty = change.bounty
    return {"bounty": encode("bnt", bounty.id), "version": change.version, "status": str(bounty.state)}


def tell_of_result(type_: EventType, change: "Change", submission: Submission, **data: JSON) -> None:
    """The buyer, about a submission."""
    bounty = change.bounty
    what: dict[str, JSON] = {
        "bounty": encode("bnt", bounty.id),
        "version": change.version,
        "result": encode("sub", submission.id),
    }
    type_.tell(bounty.buyer_id, change.now, **what, **data)


def tell_scout(type_: EventType, change: "Change", submission: Submission, **data: JSON) -> None:
    """The scout, about what was handed in."""
    what: dict[str, JSON] = {
        "bounty": encode("bnt", submission.bounty_id),
        "claim": encode("clm", submission.claim_id),
        "submission": encode("sub", submission.id),
    }
    type_.tell(submission.scout_id, submission.scout.time_of(change.at), **what, **data)


def tell_of_claim(type_: EventType, change: "Change", claim: Claim, **data: JSON) -> None:
    """Both hear the same: a buyer learns of a claim that it is there, not whose it is."""
    what: dict[str, JSON] = {
        "bounty": encode("bnt", claim.bounty_id),
        "claim": encode("clm", claim.id),
        "slot": claim.slot.number,
        **data,
    }
    type_.tell(change.bounty.buyer_id, change.now, **what)
    type_.tell(claim.scout_id, claim.scout.time_of(change.at), **what)


def tell_of_dispute(type_: EventType, change: "Change", submission: Submission, dispute: Dispute, **data: JSON) -> None:
    """Both sides, the same."""
    what: dict[str, JSON] = {
        "bounty": encode("bnt", dispute.bounty_id),
        "submission": encode("sub", submission.id),
        "dispute": encode("dsp", dispute.id),
        "opened_by": str(dispute.opened_by),
        **data,
    }
    type_.tell(change.bounty.buyer_id, change.now, **what)
    type_.tell(submission.scout_id, submission.scout.time_of(change.at), **what)
