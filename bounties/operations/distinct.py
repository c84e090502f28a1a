"""Where a buyer wants several scouts, each of them gives one result. What follows from that, beside the claims' index.

The index keeps a scout from two claims that count at once. It does not see a rejected claim that a ruling pays later,
nor a capture that arrives after its claim: those are asked about here, under the bounty's lock.
"""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from bounties import events
from bounties.models import Bounty, Claim, Slot, Submission
from bounties.operations.changing import Change, move_claim, settle_slot
from bounties.operations.telling import tell_of_claim
from bounties.states import CLAIM_COUNTS, ClaimState, SubmissionState

_ANSWERED = (ClaimState.SUBMITTED, ClaimState.FULFILLED)


def may_claim(bounty: Bounty, scout_id: UUID) -> bool:
    return not _counting(bounty, scout_id, CLAIM_COUNTS).exists()


def has_answered(claim: Claim) -> bool:
    """By another claim: its scout handed something in that is judged or was good, or a ruling made it good."""
    return _counting(claim.bounty, claim.scout_id, _ANSWERED).exclude(pk=claim.pk).exists()


def _counting(bounty: Bounty, scout_id: UUID, states: Collection[ClaimState]) -> "QuerySet[Claim]":
    accepted = Submission.objects.filter(claim=OuterRef("pk"), state=SubmissionState.ACCEPTED)
    return Claim.objects.filter(Q(state__in=states) | Exists(accepted), bounty=bounty, scout_id=scout_id)


def end_newer(change: Change, claim: Claim, *, slot: Slot) -> None:
    """A capture that is here counts, one still to come does not. `slot`: this one's, as the caller holds it."""
    newer = Claim.objects.filter(bounty=change.bounty, scout_id=claim.scout_id, state=ClaimState.LIVE)
    for each in newer.exclude(pk=claim.pk).select_related("slot", "scout"):
        move_claim(each, ClaimState.ENDED, ended_at=change.now)
        settle_slot(change, slot if each.slot_id == slot.id else each.slot)
        tell_of_claim(events.CLAIM_ENDED, change, each)
