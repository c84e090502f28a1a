"""Bounties that fall due together and that nobody ever claimed: `expire_bounty` for many of one buyer at once.

The rules are those of one (`expiring.py`, `changing.py`). Here stands only what they come to where nothing was begun:
the bounty closes and ends at once, every slot is returned, all that was held comes back. What is not as plain as that
is left to be done alone.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import pairwise
from uuid import UUID

from django.db import transaction
from django.db.models import F

from bounties import events, postings
from bounties.models import Bounty, Claim, Slot
from bounties.operations.changing import Change, StillHeld
from bounties.operations.holding import move_money
from bounties.operations.telling import tell_buyer
from bounties.states import BOUNTY, SLOT, BountyState, SlotState
from market.events.operations import append_all
from market.transitions import WrongState


@transaction.atomic
def expire_unclaimed(*, buyer_id: UUID, bounty_ids: Collection[UUID], at: datetime) -> set[UUID]:
    """Those of them that are due, open and never were claimed, and that nobody else is at. Which ones, is told."""
    changes = _lock_unclaimed(buyer_id, bounty_ids, at=at)
    if not changes:
        return set()
    slots = _return_slots(changes)
    entries = [postings.give_back(slots[change.bounty.id], bounty=change.bounty) for change in changes]
    move_money(entries, buyer_id=buyer_id, mode=changes[0].bounty.mode, at=at)
    if postings.held_together([change.bounty for change in changes]) != 0:
        raise StillHeld(", ".join(str(change.bounty.id) for change in changes))
    _end(changes)
    append_all([event for change in changes for event in change.told])
    return {change.bounty.id for change in changes}


def _lock_unclaimed(buyer_id: UUID, bounty_ids: Collection[UUID], *, at: datetime) -> list[Change]:
    rows = Bounty.objects.select_related("buyer").select_for_update(of=("self",), no_key=True, skip_locked=True)
    free = {"state": BountyState.OPEN, "free_slots": F("slots"), "unfinished_slots": F("slots")}
    found = rows.filter(pk__in=bounty_ids, buyer=buyer_id, **free).order_by("due_at", "pk")
    changes = [Change(bounty, at) for bounty in found]
    due = [change for change in changes if change.bounty.due_at is not None and change.bounty.due_at <= change.now]
    # Asked under the locks: whoever claims takes them first.
    ids = [change.bounty.id for change in due]
    claimed = set(Claim.objects.filter(bounty__in=ids).values_list("bounty_id", flat=True))
    return [change for change in due if change.bounty.id not in claimed]


def _return_slots(changes: Sequence[Change]) -> dict[UUID, list[Slot]]:
    SLOT.check(SlotState.OPEN, SlotState.RETURNED)
    rows = Slot.objects.filter(bounty__in=[change.bounty.id for change in changes], state=SlotState.OPEN)
    slots = defaultdict[UUID, list[Slot]](list)
    for slot in rows:
        slots[slot.bounty_id].append(slot)
    if any(len(slots[change.bounty.id]) != change.bounty.slots for change in changes):
        raise WrongState("A bounty has fewer free slots than it says.")
    if rows.update(state=SlotState.RETURNED) != sum(map(len, slots.values())):
        raise WrongState("A slot has changed in the meantime.")
    return slots


def _end(changes: Sequence[Change]) -> None:
    for source, to in pairwise((BountyState.OPEN, BountyState.CLOSING, BountyState.EXPIRED)):
        BOUNTY.check(source, to)
    for change in changes:
        change.bounty.state = BountyState.CLOSING
        tell_buyer(events.BOUNTY_CLOSING, change, because=str(BountyState.EXPIRED))
        change.bounty.state = BountyState.EXPIRED
        tell_buyer(events.BOUNTY_EXPIRED, change, filled_slots=0)
    rows = Bounty.objects.filter(pk__in=[change.bounty.id for change in changes], state=BountyState.OPEN)
    moved = rows.update(
        state=BountyState.EXPIRED,
        closing_as=BountyState.EXPIRED,
        free_slots=0,
        unfinished_slots=0,
        due_at=None,
        ended_at=changes[0].now,
        version=F("version") + 1,
    )
    if moved != len(changes):
        raise WrongState("A bounty has changed in the meantime.")
