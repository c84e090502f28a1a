"""A submission in review: what the buyer says, what an operator says, and what is made of silence."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from bounties.models import Submission
from bounties.operations import judging
from bounties.operations.auditing import audit
from bounties.operations.changing import Change, record
from bounties.operations.locking import lock_submission, require_operator
from bounties.operations.verdicts import send_to_review
from bounties.policies.disputes import DecidedBy
from bounties.policies.grounds import REJECTION, ground
from bounties.states import SubmissionState
from bounties.text import plain
from bounties.verdicts import Reviewer, Silence, numbered
from market.accounts.models import Account, Operator
from market.errors import DomainError, Kind
from market.transitions import WrongState

_LONGEST_NOTE = 1_000


class NotYoursToReview(DomainError):
    """Somebody else has to look at this result first."""

    code = "not_yours_to_review"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "One of our staff looks at it first. You are told when it is decided, or when it is your turn."
    retryable: ClassVar[bool] = True


@transaction.atomic
def accept(*, buyer: Account, submission_id: UUID, at: datetime) -> Submission:
    """The buyer is content. Accepting again changes nothing."""
    change, submission = lock_submission(submission_id, at=at, buyer=buyer)
    if submission.state == SubmissionState.ACCEPTED:
        return submission
    _require_review(submission, Reviewer.BUYER)
    judging.accept(change, submission, by=DecidedBy.BUYER)
    record(change)
    return submission


@transaction.atomic
def reject(*, buyer: Account, submission_id: UUID, ground_code: str, note: str = "", at: datetime) -> Submission:
    """For one of the published grounds. The scout reads it with the note, and may appeal."""
    change, submission = lock_submission(submission_id, at=at, buyer=buyer)
    _require_review(submission, Reviewer.BUYER)
    _reject(change, submission, by=DecidedBy.BUYER, ground_code=ground_code, note=note)
    record(change)
    return submission


@transaction.atomic
def accept_as_operator(*, operator: Operator, submission_id: UUID, reason: str, at: datetime) -> Submission:
    require_operator(operator)
    change, submission = lock_submission(submission_id, at=at)
    _require_review(submission, Reviewer.OPERATOR)
    audit(operator, "accept", submission_id, reason, at=at)
    judging.accept(change, submission, by=DecidedBy.OPERATOR)
    record(change)
    return submission


@transaction.atomic
def reject_as_operator(
    *, operator: Operator, submission_id: UUID, ground_code: str, reason: str, at: datetime
) -> Submission:
    """The reason is the note that the scout reads."""
    require_operator(operator)
    change, submission = lock_submission(submission_id, at=at)
    _require_review(submission, Reviewer.OPERATOR)
    note = audit(operator, "reject", submission_id, reason, at=at)
    _reject(change, submission, by=DecidedBy.OPERATOR, ground_code=ground_code, note=note[:_LONGEST_NOTE])
    record(change)
    return submission


@transaction.atomic
def fall_silent(*, submission_id: UUID, at: datetime) -> None:
    """The buyer's silence pays. An operator's hands it on to the buyer: nobody pays for our being slow.

    What is in doubt to have been captured there and then is paid by nobody's silence: after the operator's and the
    buyer's it is rejected for the doubts that the checks named, its slot is free again, and the scout may appeal.
    """
    change, submission = lock_submission(submission_id, at=at, passing=True)
    due_at = submission.review_due_at
    if submission.state != SubmissionState.IN_REVIEW or due_at is None or due_at > change.now:
        return
    match submission.silence:
        case Silence.PASSES_ON:
            send_to_review(change, submission, reviewer=Reviewer.BUYER)
        case Silence.ACCEPTS:
            judging.accept(change, submission, by=DecidedBy.SILENCE)
        case Silence.REJECTS:
            assert submission.verdict is not None
            judging.reject(
                change,
                submission,
                by=DecidedBy.SILENCE,
                for_scout=submission.verdict["for_scout"],
                for_buyer=submission.verdict["for_buyer"],
                retake=False,
            )
    record(change)


def _require_review(submission: Submission, reviewer: Reviewer) -> None:
    if submission.state != SubmissionState.IN_REVIEW:
        raise WrongState(f"This result is {submission.state}: there is nothing to review.")
    if submission.reviewer != reviewer:
        raise NotYoursToReview("Somebody else has to look at it first.")


def _reject(change: Change, submission: Submission, *, by: DecidedBy, ground_code: str, note: str) -> None:
    chosen = ground(ground_code, REJECTION)
    words = plain(note, param="/note", most=_LONGEST_NOTE, least=0, lines=True)
    reasons = numbered([(chosen.code, f"{chosen.sentence} {words}".strip())])
    judging.reject(change, submission, by=by, for_scout=reasons, for_buyer=reasons, retake=chosen.retake)
