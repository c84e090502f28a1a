"""Handing in. What arrives is kept, whatever the clock says; what was captured in time is judged.

The pieces of an upload and the capture session are verification's; here a submission names its capture by id, and the
same capture handed in again is the same submission.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from bounties import answers, events
from bounties.models import Award, Claim, Slot, Submission
from bounties.operations.changing import Change, move_claim, record, settle_slot
from bounties.operations.distinct import end_newer, has_answered
from bounties.operations.expiring import let_expire
from bounties.operations.judging import set_aside
from bounties.operations.locking import NoSuchClaim, lock_claim
from bounties.operations.telling import tell_of_result, tell_scout
from bounties.states import SLOT_ENDS, BountyState, ClaimState, SlotState, SubmissionState
from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.work.operations import enqueue

VERIFY = "verify_submission"


class AlreadySubmitted(DomainError):
    """The claim has handed in another capture."""

    code = "already_submitted"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Wait for the verdict; if it can be mended, you can try again while the claim lives."


@dataclass(frozen=True, slots=True)
class HandIn:
    """What the scout says about the capture. `captured_at` is the device's word; verification judges it."""

    capture_id: UUID
    captured_at: datetime
    answers: object = ()
    blocked: Submission.Blocked = Submission.Blocked.NO


@transaction.atomic
def submit(*, scout: Account, claim_id: UUID, hand_in: HandIn, at: datetime) -> Submission:
    change, claim = lock_claim(claim_id, at=at, scout=scout)
    known = Submission.objects.filter(capture_id=hand_in.capture_id).first()
    if known is not None:
        if known.claim_id != claim.id:
            raise NoSuchClaim("This capture belongs to another claim.")
        return known
    read = answers.read(hand_in.answers, change.bounty.questions, blocked=bool(hand_in.blocked))
    _require_waiting(claim)
    because = _place(change, claim, hand_in)
    submission = Submission(
        bounty=change.bounty,
        slot=claim.slot,
        claim=claim,
        scout=claim.scout,
        mode=claim.mode,
        state=SubmissionState.VERIFYING,
        capture_id=hand_in.capture_id,
        answers=read,
        blocked=hand_in.blocked,
        captured_at=change.bounty.now(hand_in.captured_at),
        received_at=change.now,
        licence=claim.licence,
        resale=claim.resale,
    )
    submission.save(force_insert=True)
    if because:
        set_aside(change, submission, because=because)
    else:
        move_claim(claim, ClaimState.SUBMITTED)
        settle_slot(change, claim.slot)
        tell_of_result(events.RESULT_RECEIVED, change, submission)
        tell_scout(events.SUBMISSION_RECEIVED, change, submission)
    # Also what is set aside: an operator who hears an appeal needs the evidence.
    enqueue(kind=VERIFY, subject=str(submission.id))
    record(change)
    return submission


def _require_waiting(claim: Claim) -> None:
    if claim.state in (ClaimState.SUBMITTED, ClaimState.FULFILLED, ClaimState.FAILED):
        raise AlreadySubmitted("Something was handed in for this claim already.")
    if Submission.objects.filter(claim=claim, state=SubmissionState.SET_ASIDE).exists():
        raise AlreadySubmitted("What was handed in for this claim came too late.")
    if Award.objects.filter(submission__claim=claim).exists():  # by an appeal, which leaves the claim as it was
        raise AlreadySubmitted("This claim was paid already.")


def _place(change: Change, claim: Claim, hand_in: HandIn) -> Submission.SetAside:
    """Make room for what was captured in time, or say why it cannot be judged."""
    now = change.now
    if claim.state == ClaimState.ENDED:
        return Submission.SetAside.SLOT_FILLED
    captured_at = min(change.bounty.now(hand_in.captured_at), now)
    if claim.state == ClaimState.RELEASED or captured_at > claim.expires_at or now > claim.upload_by:
        if claim.state == ClaimState.LIVE:
            let_expire(change, claim)
        return Submission.SetAside.LATE
    if claim.state == ClaimState.EXPIRED:
        return _seat_again(change, claim)
    return Submission.SetAside.NO


def _seat_again(change: Change, claim: Claim) -> Submission.SetAside:
    """The claim expired before its capture arrived: its slot has been free for others since."""
    if change.bounty.state not in (BountyState.OPEN, BountyState.CLOSING):
        return Submission.SetAside.SLOT_FILLED
    if claim.slot.state != SlotState.OPEN:
        free = Slot.objects.filter(bounty=change.bounty, state=SlotState.OPEN).order_by("number").first()
        if free is not None:
            claim.slot = free
            claim.save(update_fields=["slot"])
        elif claim.slot.state in SLOT_ENDS:
            return Submission.SetAside.SLOT_FILLED
    if claim.distinct:
        if has_answered(claim):
            return Submission.SetAside.SLOT_FILLED
        end_newer(change, claim, slot=claim.slot)
    return Submission.SetAside.NO
