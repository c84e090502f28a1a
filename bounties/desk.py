"""What waits for our staff, the most urgent first. Named reads; nothing here locks or changes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, Q, Subquery

from bounties.models import Bounty, Dispute, DisputeMessage, OperatorAction, Report, Submission
from bounties.operations.locking import NoSuchBounty, NoSuchSubmission
from bounties.states import DISPUTE_RUNS, BountyState, ReportState, SubmissionState

_WAITING = Report.objects.filter(state=ReportState.OPEN).order_by("id")
_OPEN_REPORTS: "Prefetch[Any]" = Prefetch("reports", _WAITING, to_attr="open_reports")


def in_screening(*, limit: int) -> Sequence[Bounty]:
    """By age: nothing but patience ends there."""
    return list(Bounty.objects.filter(state=BountyState.SCREENING).order_by("id")[:limit])


def reported(*, limit: int) -> Sequence[Bounty]:
    """What scouts have reported and nobody has answered, each with its `open_reports`; by the oldest of them."""
    waiting = _WAITING.filter(bounty=OuterRef("pk"))
    rows = Bounty.objects.filter(Exists(waiting)).order_by(Subquery(waiting.values("id")[:1]))
    return list(rows.prefetch_related(_OPEN_REPORTS)[:limit])


def in_review(*, limit: int) -> Sequence[Submission]:
    mine = Q(state=SubmissionState.IN_REVIEW, reviewer=Submission.Reviewer.OPERATOR)
    return list(Submission.objects.select_related("bounty").filter(mine).order_by("review_due_at", "id")[:limit])


def contested(*, limit: int) -> Sequence[Dispute]:
    running = Dispute.objects.select_related("bounty", "submission").filter(state__in=DISPUTE_RUNS)
    return list(running.order_by("rule_by", "id")[:limit])


def bounty(bounty_id: UUID) -> Bounty:
    """With all that was reported of it, and what of that is open as `open_reports`."""
    reports = Prefetch("reports", Report.objects.order_by("id"))
    rows = Bounty.objects.select_related("buyer").prefetch_related(reports, _OPEN_REPORTS)
    found = rows.filter(pk=bounty_id).first()
    if found is None:
        raise NoSuchBounty("There is no such bounty.")
    return found


def submission(submission_id: UUID) -> Submission:
    rows = Submission.objects.select_related("bounty", "bounty__buyer", "slot", "claim", "award")
    found = rows.filter(pk=submission_id).first()
    if found is None:
        raise NoSuchSubmission("There is no such submission.")
    return found


def dispute_of(submission_id: UUID) -> Dispute | None:
    """The one that runs, or the newest that did."""
    rows = Dispute.objects.filter(submission_id=submission_id)
    return rows.filter(state__in=DISPUTE_RUNS).first() or rows.order_by("-opened_at").first()


def messages_of(dispute: Dispute) -> Sequence[DisputeMessage]:
    return list(dispute.messages.order_by("id"))


def acts_on(*subjects: UUID) -> Sequence[OperatorAction]:
    return list(OperatorAction.objects.select_related("operator").filter(subject_id__in=subjects).order_by("id"))
