"""Finding what an operation is about, for the one who may see it, and locking its bounty.

What somebody may not see is answered like what does not exist.
"""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet

from bounties.models import Award, Bounty, Claim, Dispute, Submission
from bounties.operations.changing import Change
from bounties.states import SUBMISSION_IS_RESULT
from market.accounts.models import Account, Operator
from market.errors import DomainError, Kind


class NoSuchBounty(DomainError):
    """There is no such bounty, or it is somebody else's."""

    code = "no_such_bounty"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id, and that it belongs to this account and mode."


class NoSuchClaim(DomainError):
    """There is no such claim, or it is somebody else's."""

    code = "no_such_claim"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id, and that the claim is yours."


class NoSuchSubmission(DomainError):
    """There is no such submission or result, or it is somebody else's."""

    code = "no_such_submission"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id, and that it belongs to this account and mode."


class NoSuchDispute(DomainError):
    """There is no such dispute, or it is between others."""

    code = "no_such_dispute"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id, and that you are a side of this dispute."


class OperatorsOnly(DomainError):
    """Only our staff may do this."""

    code = "operators_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Ask one of our staff to do it."


class SomebodyElseIsAtIt(Exception):
    """For sweeps alone: the bounty is locked, and is looked at again next time."""


def lock_bounty(bounty_id: UUID, *, at: datetime, passing: bool = False) -> Change:
    """`passing`: rather pass by than wait."""
    change = _lock(Q(pk=bounty_id), at=at, passing=passing)
    if change is None:
        raise NoSuchBounty("There is no such bounty.")
    return change


def lock_own_bounty(bounty_id: UUID, *, buyer: Account, at: datetime) -> Change:
    change = _lock(Q(pk=bounty_id, buyer=buyer), at=at)
    if change is None:
        raise NoSuchBounty("There is no such bounty.")
    return change


def lock_claim(
    claim_id: UUID, *, at: datetime, scout: Account | None = None, passing: bool = False
) -> tuple[Change, Claim]:
    claims = Claim.objects.filter(pk=claim_id)
    if scout is not None:
        claims = claims.filter(scout=scout)
    change = _lock_of(claims, at=at, passing=passing)
    if change is None:
        raise NoSuchClaim("There is no such claim.")
    return change, Claim.objects.select_related("slot", "scout").get(pk=claim_id)


def lock_submission(
    submission_id: UUID,
    *,
    at: datetime,
    buyer: Account | None = None,
    scout: Account | None = None,
    passing: bool = False,
) -> tuple[Change, Submission]:
    """`buyer`: who sees a submission once there is a verdict, and knows of none before."""
    submissions = Submission.objects.filter(pk=submission_id)
    if scout is not None:
        submissions = submissions.filter(scout=scout)
    if buyer is not None:
        submissions = submissions.filter(bounty__buyer=buyer)
    change = _lock_of(submissions, at=at, passing=passing)
    found = None if change is None else _submission(submission_id)
    if change is None or found is None or (buyer is not None and found.state not in SUBMISSION_IS_RESULT):
        raise NoSuchSubmission("There is no such submission.")
    return change, found


def lock_dispute(dispute_id: UUID, *, at: datetime, passing: bool = False) -> tuple[Change, Submission, Dispute]:
    change = _lock_of(Dispute.objects.filter(pk=dispute_id), at=at, passing=passing)
    if change is None:
        raise NoSuchDispute("There is no such dispute.")
    at_hand = ("submission__slot", "submission__claim", "submission__scout")
    dispute = Dispute.objects.select_related(*at_hand).get(pk=dispute_id)
    return change, dispute.submission, dispute


def lock_award(award_id: UUID, *, at: datetime, passing: bool = False) -> tuple[Change, Submission, Award]:
    change = _lock_of(Award.objects.filter(pk=award_id), at=at, passing=passing)
    if change is None:
        raise Award.DoesNotExist
    at_hand = ("submission__slot", "submission__claim", "submission__scout")
    award = Award.objects.select_related(*at_hand).get(pk=award_id)
    return change, award.submission, award


def _lock_of(rows: QuerySet[Any], *, at: datetime, passing: bool) -> Change | None:
    """The bounty that a row below it names. That never changes; what else the row says is read under the lock."""
    return _lock(Q(pk=rows.values("bounty")[:1]), at=at, passing=passing)


def _lock(which: Q, *, at: datetime, passing: bool = False) -> Change | None:
    rows = Bounty.objects.select_related("buyer").select_for_update(of=("self",), no_key=True, skip_locked=passing)
    bounty = rows.filter(which).first()
    if bounty is not None:
        return Change(bounty, at)
    if passing:
        raise SomebodyElseIsAtIt
    return None


def _submission(submission_id: UUID) -> Submission:
    return Submission.objects.select_related("slot", "claim", "scout").get(pk=submission_id)


def require_operator(operator: Operator) -> None:
    """Read again, because rights are taken away at once and sessions live on."""
    if not Operator.objects.filter(pk=operator.pk, user__is_active=True).exists():
        raise OperatorsOnly("Only our staff can do this.")
