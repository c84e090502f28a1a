"""Where a buyer wants several scouts, each of them gives one result. What follows from that, beside the claims' index.

The index keeps a scout from two claims that count at once. It does not see a rejected claim that a ruling pays later,
nor a capture that arrives after its claim: the first is asked about where a claim is made (migrations/0006_claim.py),
the second here, both under the bounty's lock.
"""

from django.db.models import Exists, OuterRef, Q

from bounties import events
from bounties.models import Claim, Slot, Submission
from bounties.operations.changing import Change, move_claim, settle_slot
from bounties.operations.telling import tell_of_claim
from bounties.states import ClaimState, SubmissionState

_ANSWERED = (ClaimState.SUBMITTED, ClaimState.FULFILLED)


def has_answered(claim: Claim) -> bool:
    """By another claim: its scout handed something in that is judged or was good, or a ruling made it good."""
    accepted = Submission.objects.filter(claim=OuterRef("pk"), state=SubmissionState.ACCEPTED)
    others = Claim.objects.filter(bounty=claim.bounty_id, scout=claim.scout_id).exclude(pk=claim.pk)
    return others.filter(Q(state__in=_ANSWERED) | Exists(accepted)).exists()


def end_newer(change: Change, claim: Claim, *, slot: Slot) -> None:
    """A capture that is here counts, one still to come does not. `slot`: this one's, as the caller holds it."""
    newer = Claim.objects.filter(bounty=change.bounty, scout_id=claim.scout_id, state=ClaimState.LIVE)
    for each in newer.exclude(pk=claim.pk).select_related("slot", "scout"):
        move_claim(each, ClaimState.ENDED, ended_at=change.now)
        settle_slot(change, slot if each.slot_id == slot.id else each.slot)
        tell_of_claim(events.CLAIM_ENDED, change, each)
