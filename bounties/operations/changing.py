"""One change under one bounty's lock: its moment, what it posts to the ledger, whom it tells, and how it ends.

Everything below a bounty changes under that bounty's row lock, taken first (`locking.py`): bounty, then its slots,
claims, submissions and disputes, and at the end the ledger, in one call. So two operations on one bounty never
interleave, and no two operations wait for each other in a circle. Every operation ends in `record`.
"""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef

from bounties import events, postings
from bounties.models import Bounty, Claim, Dispute, Slot, Submission
from bounties.operations.holding import move_money
from bounties.operations.telling import tell_buyer
from bounties.states import (
    BOUNTY,
    BOUNTY_ENDS,
    CLAIM,
    DISPUTE_RUNS,
    SLOT,
    SLOT_ENDS,
    SUBMISSION,
    SUBMISSION_JUDGED,
    BountyState,
    ClaimState,
    SlotState,
    SubmissionState,
)
from market.events.operations import NewEvent, append_all
from market.ledger.operations import Spender
from market.ledger.postings import NewEntry
from market.transitions import WrongState

_ENDED = {
    BountyState.COMPLETED: events.BOUNTY_COMPLETED,
    BountyState.EXPIRED: events.BOUNTY_EXPIRED,
    BountyState.CANCELLED: events.BOUNTY_CANCELLED,
}


class StillHeld(Exception):
    """A programming error: a bounty was about to end with money held for it."""


@dataclass
class Change:
    bounty: Bounty  # locked
    at: datetime
    entries: list[NewEntry] = field(default_factory=list)
    told: list[NewEvent] = field(default_factory=list)
    raises_version: bool = True  # not when the bounty is made by it

    @property
    def now(self) -> datetime:
        """The moment in the bounty's time."""
        return self.bounty.now(self.at)

    @property
    def version(self) -> int:
        """What the bounty's version will be when this is recorded."""
        return self.bounty.version + self.raises_version


def move_bounty(change: Change, to: BountyState, **changes: object) -> None:
    bounty = change.bounty
    changes |= {"free_slots": bounty.free_slots, "unfinished_slots": bounty.unfinished_slots}
    if to in BOUNTY_ENDS:
        changes |= {"due_at": None, "ended_at": change.now}
    if not BOUNTY.move(Bounty.objects.filter(pk=bounty.pk), source=BountyState(bounty.state), to=to, **changes):
        raise WrongState("The bounty has changed in the meantime.")
    _show(bounty, state=to, **changes)


def move_slot(change: Change, slot: Slot, to: SlotState, **changes: object) -> None:
    if not SLOT.move(Slot.objects.filter(pk=slot.pk), source=SlotState(slot.state), to=to, **changes):
        raise WrongState("The slot has changed in the meantime.")
    change.bounty.free_slots += (to == SlotState.OPEN) - (slot.state == SlotState.OPEN)
    change.bounty.unfinished_slots -= to in SLOT_ENDS
    _show(slot, state=to, **changes)


def move_claim(claim: Claim, to: ClaimState, **changes: object) -> None:
    if not CLAIM.move(Claim.objects.filter(pk=claim.pk), source=ClaimState(claim.state), to=to, **changes):
        raise WrongState("The claim has changed in the meantime.")
    _show(claim, state=to, **changes)


def move_submission(submission: Submission, to: SubmissionState, **changes: object) -> None:
    changes["version"] = submission.version + 1
    rows = Submission.objects.filter(pk=submission.pk)
    if not SUBMISSION.move(rows, source=SubmissionState(submission.state), to=to, **changes):
        raise WrongState("The submission has changed in the meantime.")
    _show(submission, state=to, **changes)


def settle_slot(change: Change, slot: Slot, *, owed_until: datetime | None = None) -> None:
    """Put a slot where its claims and submissions say it is. `owed_until`: until then something may still come that
    this slot's money is for.
    """
    owes = owed_until is not None and (slot.owed_until is None or slot.owed_until < owed_until)
    changes = {"owed_until": owed_until} if owes else {}
    place = slot.state if slot.state in SLOT_ENDS else _place_of(slot)
    if place != slot.state:
        move_slot(change, slot, SlotState(place), **changes)
    elif changes:
        Slot.objects.filter(pk=slot.pk).update(**changes)
        _show(slot, **changes)


def _place_of(slot: Slot) -> SlotState:
    live = Claim.objects.filter(slot=OuterRef("pk"), state=ClaimState.LIVE)
    judged = Submission.objects.filter(slot=OuterRef("pk"), state__in=SUBMISSION_JUDGED)
    is_claimed, is_judged = Slot.objects.values_list(Exists(live), Exists(judged)).get(pk=slot.pk)
    if is_claimed:
        return SlotState.CLAIMED
    return SlotState.JUDGING if is_judged else SlotState.OPEN


def record(change: Change, *, spender: Spender | None = None) -> None:
    """Give back what is not needed any more, post, raise the version, tell; and end the bounty if nothing is left."""
    bounty = change.bounty
    if bounty.state == BountyState.CLOSING:
        _return_unneeded(change)
    if change.entries:
        move_money(change.entries, buyer_id=bounty.buyer_id, mode=bounty.mode, at=change.at, spender=spender)
    if bounty.unfinished_slots == 0 and bounty.state in (BountyState.OPEN, BountyState.CLOSING):
        _end(change)
    bounty.version = change.version
    bounty.save(update_fields=["version", "free_slots", "unfinished_slots", "due_at"])
    if change.told:
        append_all(change.told)


def _return_unneeded(change: Change) -> None:
    """Of a closing bounty: the money of slots that nothing can come for any more."""
    bounty = change.bounty
    contested = Dispute.objects.filter(bounty=bounty, submission__slot=OuterRef("pk"), state__in=DISPUTE_RUNS)
    kept = Exists(contested.exclude(submission__state=SubmissionState.ACCEPTED))
    free = list(Slot.objects.filter(~kept, bounty=bounty, state=SlotState.OPEN))
    waiting = [slot.owed_until for slot in free if slot.owed_until is not None and slot.owed_until > change.now]
    unneeded = [slot for slot in free if slot.owed_until is None or slot.owed_until <= change.now]
    if unneeded:
        moved = Slot.objects.filter(pk__in=[slot.pk for slot in unneeded], state=SlotState.OPEN).update(
            state=SlotState.RETURNED
        )
        if moved != len(unneeded):
            raise WrongState("A slot has changed in the meantime.")
        change.entries.append(postings.give_back(unneeded, bounty=bounty))
        bounty.free_slots -= moved
        bounty.unfinished_slots -= moved
    bounty.due_at = min(waiting, default=None)


def _end(change: Change) -> None:
    bounty = change.bounty
    if postings.held_micros(bounty) != 0:
        raise StillHeld(str(bounty.id))
    filled = Slot.objects.filter(bounty=bounty, state=SlotState.FILLED).count()
    end = BountyState.COMPLETED if filled == bounty.slots else BountyState(bounty.closing_as)
    move_bounty(change, end)
    tell_buyer(_ENDED[end], change, filled_slots=filled)


def _show(row: Bounty | Slot | Claim | Submission, **changes: object) -> None:
    """Let the object say what its row says now."""
    for name, value in changes.items():
        setattr(row, name, value)
