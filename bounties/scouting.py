"""What a scout is shown: bounties on offer, own claims, own submissions. Named reads; nothing here locks or changes.

Every moment is in real time: a buyer in test mode may have moved its clock, which is nothing that a scout can see on a
watch. Nothing of a buyer's private terms is here, and who asks is told as a history, not as a name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q

from bounties.drafts import Challenge
from bounties.models import Award, Bounty, Claim, Dispute, Submission
from bounties.operations.claiming import check_claimable
from bounties.operations.locking import NoSuchBounty, NoSuchClaim, NoSuchSubmission
from bounties.places import Place
from bounties.states import (
    CLAIM_COUNTS,
    DISPUTE_RUNS,
    SUBMISSION_JUDGED,
    AwardState,
    BountyState,
    ClaimState,
    SubmissionState,
)
from market.accounts.models import Account
from market.errors import DomainError
from verification.requirements import Question, QuestionType

_HISTORY = 200  # a buyer's newest bounties: what was long ago says little, and is much to count


@dataclass(frozen=True, slots=True)
class Offer:
    """A bounty as any scout may see it."""

    id: UUID
    state: BountyState
    title: str
    questions: tuple[Question, ...]
    criteria: tuple[str, ...]
    place: Place
    radius_m: int
    opens_at: datetime
    closes_at: datetime
    free_slots: int
    slots: int
    reward_micros: int
    blocked_reward_micros: int
    media: str
    media_count: int
    challenge: Challenge
    accuracy_m: int | None
    daylight: bool
    buyer_reviews: bool
    review_hours: int
    least_reputation: int

    @classmethod
    def of(cls, bounty: Bounty) -> "Offer":
        ahead = bounty.buyer.clock_ahead
        return cls(
            id=bounty.id,
            state=BountyState(bounty.state),
            title=bounty.title,
            questions=tuple(_question(each) for each in bounty.questions),
            criteria=tuple(bounty.criteria),
            place=Place.of_e7(bounty.latitude_e7, bounty.longitude_e7),
            radius_m=bounty.radius_m,
            opens_at=bounty.opens_at - ahead,
            closes_at=bounty.closes_at - ahead,
            free_slots=bounty.free_slots,
            slots=bounty.slots,
            reward_micros=bounty.reward_micros,
            blocked_reward_micros=bounty.blocked_reward_micros,
            media=bounty.media,
            media_count=bounty.media_count,
            challenge=Challenge(bounty.challenge),
            accuracy_m=bounty.accuracy_m,
            daylight=bounty.daylight,
            buyer_reviews=bounty.review == "buyer",
            review_hours=bounty.review_hours,
            least_reputation=bounty.least_reputation,
        )


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as a history: how long here, how many were answered, and how often an answer was taken."""

    since: datetime
    accepted: int
    rejected_by_buyer: int
    rejected_by_checks: int

    @property
    def decided(self) -> int:
        return self.accepted + self.rejected_by_buyer + self.rejected_by_checks

    @property
    def accepted_percent(self) -> int | None:
        return None if self.decided == 0 else 100 * self.accepted // self.decided


def offer(*, bounty_id: UUID, scout: Account) -> tuple[Offer, Asker]:
    """A bounty that is or was on offer, in the scout's own mode."""
    bounty = (
        Bounty.objects.select_related("buyer").filter(pk=bounty_id, mode=scout.mode, opened_at__isnull=False).first()
    )
    if bounty is None:
        raise NoSuchBounty("There is no such bounty.")
    return Offer.of(bounty), _asker(bounty.buyer)


def obstacle(*, bounty_id: UUID, scout: Account, location: Place, at: datetime) -> DomainError | None:
    """Why this scout could not claim it from there, or None. Claiming asks again, under the lock."""
    try:
        check_claimable(scout=scout, bounty_id=bounty_id, location=location, at=at)
    except DomainError as refusal:
        return refusal
    return None


# --- claims -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnClaim:
    """A scout's claim with the bounty it is of."""

    id: UUID
    state: ClaimState
    offer: Offer
    slot: int
    claimed_at: datetime
    expires_at: datetime
    upload_by: datetime
    extended: bool
    on_site_at: datetime | None
    resale: bool
    submission_id: UUID | None  # the newest

    def is_over(self, at: datetime) -> bool:
        """A claim whose time is up is over, also in the moment before the sweep finds it."""
        return self.state is not ClaimState.LIVE or self.expires_at <= at


def claim_of(*, scout: Account, claim_id: UUID) -> OwnClaim:
    claim = _claims(scout).filter(pk=claim_id).first()
    if claim is None:
        raise NoSuchClaim("There is no such claim.")
    return _own_claims([claim])[0]


def live_claims(*, scout: Account, at: datetime) -> list[OwnClaim]:
    """What the scout is on the way to, the one that ends first before the others."""
    found = _own_claims(_claims(scout).filter(state=ClaimState.LIVE))
    return sorted((each for each in found if not each.is_over(at)), key=lambda each: each.expires_at)


def claim_on(*, scout: Account, bounty_id: UUID) -> OwnClaim | None:
    """The claim by which the scout answers this bounty, or has."""
    claim = _claims(scout).filter(bounty_id=bounty_id, state__in=CLAIM_COUNTS).order_by("-id").first()
    return _own_claims([claim])[0] if claim is not None else None


def _claims(scout: Account) -> Any:
    return Claim.objects.select_related("bounty__buyer", "slot").filter(scout=scout)


def _own_claims(claims: Sequence[Claim]) -> list[OwnClaim]:
    if not claims:
        return []
    newest: dict[UUID, UUID] = {}
    rows = Submission.objects.filter(claim__in=[each.pk for each in claims]).order_by("id").values_list("claim", "id")
    newest.update(rows)
    return [_own_claim(each, newest.get(each.pk)) for each in claims]


def _own_claim(claim: Claim, submission_id: UUID | None) -> OwnClaim:
    ahead = claim.bounty.buyer.clock_ahead
    return OwnClaim(
        id=claim.id,
        state=ClaimState(claim.state),
        offer=Offer.of(claim.bounty),
        slot=claim.slot.number,
        claimed_at=claim.claimed_at - ahead,
        expires_at=claim.expires_at - ahead,
        upload_by=claim.upload_by - ahead,
        extended=claim.extended,
        on_site_at=None if claim.on_site_at is None else claim.on_site_at - ahead,
        resale=claim.resale,
        submission_id=submission_id,
    )


# --- submissions ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnSubmission:
    """What a scout handed in, and what came of it."""

    row: Submission
    claim: OwnClaim
    award: Award | None
    dispute: Dispute | None  # the newest, whoever opened it
    ahead: timedelta

    def real(self, moment: datetime | None) -> datetime | None:
        return None if moment is None else moment - self.ahead

    @property
    def state(self) -> SubmissionState:
        return SubmissionState(self.row.state)


def submission_of(*, scout: Account, submission_id: UUID) -> OwnSubmission:
    row = (
        Submission.objects.select_related("bounty__buyer", "claim__slot", "claim__bounty__buyer")
        .filter(scout=scout, pk=submission_id)
        .first()
    )
    if row is None:
        raise NoSuchSubmission("There is no such submission.")
    return OwnSubmission(
        row=row,
        claim=_own_claims([row.claim])[0],
        award=Award.objects.filter(submission=row).first(),
        dispute=Dispute.objects.filter(submission=row).order_by("-id").first(),
        ahead=row.bounty.buyer.clock_ahead,
    )


def newest_submissions(*, scout: Account, limit: int, before: UUID | None = None) -> list[Submission]:
    mine = Submission.objects.select_related("bounty").filter(scout=scout).order_by("-id")
    if before is not None:
        mine = mine.filter(pk__lt=before)
    return list(mine[:limit])


# --- who asks ---------------------------------------------------------------------------------------------------------


def _asker(buyer: Account) -> Asker:
    newest = Bounty.objects.filter(buyer=buyer).order_by("-id").values("id")[:_HISTORY]
    rejected = Q(state__in=(SubmissionState.REJECTED, SubmissionState.COMPENSATED))
    counts = Submission.objects.filter(bounty__in=newest).aggregate(
        accepted=Count("pk", filter=Q(state=SubmissionState.ACCEPTED)),
        by_buyer=Count("pk", filter=rejected & Q(decided_by="buyer")),
        by_checks=Count("pk", filter=rejected & ~Q(decided_by="buyer")),
    )
    return Asker(buyer.created_at, counts["accepted"], counts["by_buyer"], counts["by_checks"])


def _question(given: dict[str, Any]) -> Question:
    return Question(
        id=given["id"],
        text=given["text"],
        type=QuestionType(given.get("type", "text")),
        choices=tuple(given.get("choices") or ()),
        unit=given.get("unit"),
    )


# --- money that waits -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """An award that is not the scout's to take out yet, and until when at the latest."""

    submission_id: UUID
    title: str
    amount_micros: int
    until: datetime
    contested: bool


def awards_waiting(*, scout: Account) -> list[Waiting]:
    """The next to be freed first."""
    rows = (
        Award.objects.select_related("bounty__buyer")
        .filter(scout=scout, state__in=(AwardState.PENDING, AwardState.CONTESTED))
        .order_by("settles_at")
    )
    rule_by = dict(
        Dispute.objects.filter(submission__award__in=rows, state__in=DISPUTE_RUNS).values_list("submission", "rule_by")
    )
    return [
        Waiting(
            submission_id=row.submission_id,
            title=row.bounty.title,
            amount_micros=row.amount_micros,
            until=rule_by.get(row.submission_id, row.settles_at) - row.bounty.buyer.clock_ahead,
            contested=row.state == AwardState.CONTESTED,
        )
        for row in rows
    ]


def undecided(*, scout: Account) -> list[Submission]:
    """What was handed in and not decided: nothing of it is earned yet."""
    rows = Submission.objects.select_related("bounty").filter(scout=scout, state__in=SUBMISSION_JUDGED)
    return list(rows.order_by("-id"))
