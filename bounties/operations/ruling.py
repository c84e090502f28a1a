"""Ruling on a dispute: an operator's word, or at the deadline the default. It is final."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from bounties import events, postings
from bounties.models import Award, Dispute, Submission
from bounties.operations import judging
from bounties.operations.auditing import audit
from bounties.operations.changing import Change, record
from bounties.operations.distinct import end_newer, has_answered
from bounties.operations.locking import lock_dispute, require_operator
from bounties.operations.telling import tell_of_dispute, tell_of_result, tell_scout
from bounties.policies.disputes import DecidedBy, Ruling, Side
from bounties.policies.grounds import BUYERS_DISPUTE
from bounties.states import AWARD, DISPUTE, DISPUTE_RUNS, SLOT_ENDS, AwardState, DisputeState
from bounties.verdicts import numbered
from market.accounts.models import Operator
from market.money import format_micros
from market.transitions import WrongState

_BY_DEFAULT = {
    Ruling.FOR_SCOUT: "No ruling was made in time; by the published rules that is for the scout.",
    Ruling.FOR_BUYER: "No ruling was made in time; by the published rules the decision stands.",
}


@transaction.atomic
def rule(*, operator: Operator, dispute_id: UUID, ruling: Ruling, reason: str, at: datetime) -> Dispute:
    """The reason is read by both sides."""
    require_operator(operator)
    change, submission, dispute = lock_dispute(dispute_id, at=at)
    explanation = audit(operator, f"rule_{ruling}", dispute_id, reason, at=at)
    _rule(change, submission, dispute, ruling, explanation=explanation, by_default=False)
    return dispute


@transaction.atomic
def rule_by_default(*, dispute_id: UUID, at: datetime) -> None:
    """The deadline has passed. Called by the sweep; doing it twice changes nothing."""
    change, submission, dispute = lock_dispute(dispute_id, at=at, passing=True)
    if dispute.state not in DISPUTE_RUNS or dispute.rule_by > change.now:
        return
    ruling = dispute.ruling_by_default
    _rule(change, submission, dispute, ruling, explanation=_BY_DEFAULT[ruling], by_default=True)


def _rule(
    change: Change, submission: Submission, dispute: Dispute, ruling: Ruling, *, explanation: str, by_default: bool
) -> None:
    changes = {
        "ruling": ruling,
        "ruled_at": change.now,
        "explanation": explanation,
        "by_default": by_default,
        "version": dispute.version + 1,
    }
    rows = Dispute.objects.filter(pk=dispute.pk)
    if not DISPUTE.move(rows, source=DISPUTE_RUNS, to=DisputeState.RULED, **changes):
        raise WrongState(f"This dispute is {dispute.state}: it is decided.")
    dispute.state = DisputeState.RULED
    for name, value in changes.items():
        setattr(dispute, name, value)
    if dispute.opened_by == Side.SCOUT and ruling is Ruling.FOR_SCOUT:
        _grant(change, submission)
    elif dispute.opened_by == Side.BUYER:
        _decide_award(change, submission, dispute, ruling)
    tell_of_dispute(
        events.DISPUTE_RULED,
        change,
        submission,
        dispute,
        ruling=str(ruling),
        by_default=by_default,
        explanation=explanation,
    )
    record(change)


def _grant(change: Change, submission: Submission) -> None:
    """The scout was right: from the hold while the slot is unfilled, else from the house.

    Where the buyer wants several scouts, also from the house when the same scout has handed in another capture since:
    the buyer pays for one result of a scout, and the scout is paid for being right. A claim with nothing handed in yet
    is not needed any more.
    """
    claim = submission.claim
    if submission.slot.state in SLOT_ENDS or (claim.distinct and has_answered(claim)):
        judging.compensate(change, submission)
        return
    if claim.distinct:
        end_newer(change, claim, slot=submission.slot)
    judging.accept(change, submission, by=DecidedBy.RULING)


def _decide_award(change: Change, submission: Submission, dispute: Dispute, ruling: Ruling) -> None:
    award = Award.objects.get(submission=submission)
    if ruling is Ruling.FOR_SCOUT:
        judging.settle(change, award, submission)
        return
    if not AWARD.move(Award.objects.filter(pk=award.pk), source=AwardState.CONTESTED, to=AwardState.REVERSED):
        raise WrongState("This award has been decided already.")
    change.entries.append(postings.reverse(award, bounty=change.bounty))
    reasons = numbered([(dispute.ground, BUYERS_DISPUTE[dispute.ground].sentence)])
    judging.reject(change, submission, by=DecidedBy.RULING, for_scout=reasons, for_buyer=reasons, retake=False)
    returned = format_micros(award.amount_micros + award.fee_micros)
    tell_of_result(events.RESULT_OVERTURNED, change, submission, returned=returned)
    tell_scout(events.SUBMISSION_OVERTURNED, change, submission)
