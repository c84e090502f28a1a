"""Recording what verification found. The one way from a verdict to states and money."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from bounties import events
from bounties.answers import with_model_values
from bounties.models import Submission
from bounties.operations.changing import Change, move_submission, record
from bounties.operations.judging import accept, reject
from bounties.operations.locking import lock_submission
from bounties.operations.telling import tell_of_result, tell_scout
from bounties.policies.disputes import OPERATOR_REVIEW_WITHIN, DecidedBy
from bounties.states import SubmissionState
from bounties.verdicts import Outcome, Reviewer, Verdict
from verification.requirements import Review


@transaction.atomic
def record_verdict(*, submission_id: UUID, verdict: Verdict, at: datetime) -> Submission:
    """Recorded again, it changes nothing. Of what was set aside, the verdict is kept for whoever hears an appeal."""
    change, submission = lock_submission(submission_id, at=at)
    if submission.judged_at is not None:
        return submission
    submission.judged_at = change.now
    submission.verdict = {
        "outcome": str(verdict.outcome),
        "retake": verdict.retake,
        "silence_pays": verdict.silence_pays,
        "for_scout": verdict.for_scout(),
        "for_buyer": verdict.for_buyer(),
    }
    submission.answers = with_model_values(submission.answers, verdict.model_values)
    submission.save(update_fields=["judged_at", "verdict", "answers"])
    if submission.state != SubmissionState.VERIFYING:
        return submission
    if verdict.outcome is Outcome.REJECT:
        reject(
            change,
            submission,
            by=DecidedBy.MACHINE,
            for_scout=verdict.for_scout(),
            for_buyer=verdict.for_buyer(),
            retake=verdict.retake,
        )
    elif verdict.outcome is Outcome.REVIEW or change.bounty.review == Review.BUYER:
        send_to_review(change, submission, reviewer=verdict.reviewer)
    else:
        accept(change, submission, by=DecidedBy.MACHINE)
    record(change)
    return submission


def send_to_review(change: Change, submission: Submission, *, reviewer: Reviewer) -> None:
    """Somebody has to look; nobody is waited for without end."""
    hours = timedelta(hours=change.bounty.review_hours)
    due_at = change.now + (hours if reviewer is Reviewer.BUYER else OPERATOR_REVIEW_WITHIN)
    if submission.state == SubmissionState.IN_REVIEW:
        submission.reviewer, submission.review_due_at = reviewer, due_at
        submission.version += 1
        submission.save(update_fields=["reviewer", "review_due_at", "version"])
    else:
        move_submission(submission, SubmissionState.IN_REVIEW, reviewer=reviewer, review_due_at=due_at)
    due = events.moment(due_at)
    tell_of_result(
        events.RESULT_IN_REVIEW,
        change,
        submission,
        reviewer=str(reviewer),
        review_due_at=due,
        silence=str(submission.silence),
    )
    tell_scout(events.SUBMISSION_IN_REVIEW, change, submission, review_due_at=due)
