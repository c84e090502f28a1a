"""Finding what an operation is about, for the one who may see it, and locking its bounty.

What somebody may not see is answered like what does not exist.
"""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from bounties.models import Award, Bounty, Claim, Dispute, Submission
from bounties.operations.changing import Change
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
    rows = Bounty.objects.select_related("buyer").select_for_update(of=("self",), no_key=True, skip_locked=passing)
    bounty = rows.filter(pk=bounty_id).first()
    if bounty is not None:
        return Change(bounty, at)
    if passing:
        raise SomebodyElseIsAtIt
    raise NoSuchBounty("There is no such bounty.")


def lock_own_bounty(bounty_id: UUID, *, buyer: Account, at: datetime) -> Change:
    change = lock_bounty(bounty_id, at=at)
    if change.bounty.buyer_id != buyer.id:
        raise NoSuchBounty("There is no such bounty.")
    return change


def lock_claim(
    claim_id: UUID, *, at: datetime, scout: Account | None = None, passing: bool = False
) -> tuple[Change, Claim]:
    found = Claim.objects.filter(pk=claim_id).values_list("bounty_id", "scout_id").first()
    if found is None or (scout is not None and found[1] != scout.id):
        raise NoSuchClaim("There is no such claim.")
    change = lock_bounty(found[0], at=at, passing=passing)
    return change, Claim.objects.select_related("slot", "scout").get(pk=claim_id)


def lock_submission(
    submission_id: UUID,
    *,
    at: datetime,
    buyer: Account | None = None,
    scout: Account | None = None,
    passing: bool = False,
) -> tuple[Change, Submission]:
    found = Submission.objects.filter(pk=submission_id).values_list("bounty_id", "scout_id", "bounty__buyer_id").first()
    if found is None or (scout is not None and found[1] != scout.id) or (buyer is not None and found[2] != buyer.id):
        raise NoSuchSubmission("There is no such submission.")
    change = lock_bounty(found[0], at=at, passing=passing)
    return change, _submission(submission_id)


def lock_dispute(dispute_id: UUID, *, at: datetime, passing: bool = False) -> tuple[Change, Submission, Dispute]:
    bounty_id = Dispute.objects.filter(pk=dispute_id).values_list("bounty_id", flat=True).first()
    if bounty_id is None:
        raise NoSuchDispute("There is no such dispute.")
    change = lock_bounty(bounty_id, at=at, passing=passing)
    dispute = Dispute.objects.get(pk=dispute_id)
    return change, _submission(dispute.submission_id), dispute


def lock_award(award_id: UUID, *, at: datetime, passing: bool = False) -> tuple[Change, Submission, Award]:
    bounty_id = Award.objects.values_list("bounty_id", flat=True).get(pk=award_id)
    change = lock_bounty(bounty_id, at=at, passing=passing)
    award = Award.objects.get(pk=award_id)
    return change, _submission(award.submission_id), award


def _submission(submission_id: UUID) -> Submission:
    return Submission.objects.select_related("slot", "claim", "scout").get(pk=submission_id)


def require_operator(operator: Operator) -> None:
    """Read again, because rights are taken away at once and sessions live on."""
    if not Operator.objects.filter(pk=operator.pk, user__is_active=True).exists():
        raise OperatorsOnly("Only our staff can do this.")
