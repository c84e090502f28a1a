"""Claiming a slot, and what a scout can do with a claim before handing something in."""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F

from bounties import events
from bounties.models import Bounty, Claim, Slot
from bounties.operations.changing import move_claim, move_slot, record, settle_slot
from bounties.operations.distinct import may_claim
from bounties.operations.locking import NoSuchBounty, lock_bounty, lock_claim
from bounties.operations.telling import tell_of_claim
from bounties.places import Place, distance_m
from bounties.policies import claims as policy
from bounties.queries import record_of
from bounties.states import BountyState, ClaimState, SlotState
from market.accounts.models import Account, Agent
from market.errors import DomainError, Kind
from market.ids import new_id
from market.transitions import WrongState

# Use by the buyer; whether it may be sold again, with a royalty, is a separate yes or no.
LICENCE = "sightline-use-1"


class NotOnOffer(DomainError):
    """The bounty is not open to claims."""

    code = "not_on_offer"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Look for another bounty."


class NoFreeSlot(DomainError):
    """Every slot of the bounty is taken."""

    code = "no_free_slot"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Somebody was faster. Look for another bounty, or try again: claims are given back now and then."
    retryable: ClassVar[bool] = True


class AlreadyClaimed(DomainError):
    """The scout has claimed or answered this bounty before."""

    code = "already_claimed"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "This bounty wants several scouts: leave the other slots to others."


class TooManyClaims(DomainError):
    """The scout has as many live claims as one may have."""

    code = "too_many_claims"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Finish or release one of your claims first."


class OwnBounty(DomainError):
    """The bounty belongs to an agent that the scout owns."""

    code = "own_bounty"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Leave bounties of your own agents to others."


class ScoutsOnly(DomainError):
    """A claim was asked for with an account that is no scout's."""

    code = "scouts_only"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Claim with a scout's account."


@transaction.atomic
def claim(*, scout: Account, bounty_id: UUID, location: Place, at: datetime, resale: bool = False) -> Claim:
    """Reserve a slot. Taking it, the scout agrees to the licence named in `LICENCE`, and to resale or not."""
    if scout.kind != Account.Kind.SCOUT:
        raise ScoutsOnly("Only scouts claim bounties.")
    # A look without the lock first: of two hundred who want the last slot, most need not queue up to hear no, and what
    # is asked about the scout need not hold up the others.
    distance = check_claimable(scout=scout, bounty_id=bounty_id, location=location, at=at)
    change = lock_bounty(bounty_id, at=at)
    bounty = _on_offer(change.bounty, at=at)
    if bounty.distinct_scouts and not may_claim(bounty, scout.id):
        raise AlreadyClaimed("You have claimed or answered this bounty already.")
    expires_at = policy.end_of_claim(
        distance_m=distance, opens_at=bounty.opens_at, closes_at=bounty.closes_at, at=change.now
    )
    slot = _free_slot(bounty)
    latitude_e7, longitude_e7 = location.in_e7()
    made = _insert(
        Claim(
            bounty=bounty,
            slot=slot,
            scout=scout,
            mode=bounty.mode,
            distinct=bounty.distinct_scouts,
            latitude_e7=latitude_e7,
            longitude_e7=longitude_e7,
            distance_m=round(distance),
            claimed_at=change.now,
            seen_at=at,
            expires_at=expires_at,
            upload_by=expires_at + policy.UPLOAD_GRACE,
            licence=LICENCE,
            resale=resale,
        )
    )
    move_slot(change, slot, SlotState.CLAIMED)
    tell_of_claim(events.CLAIM_MADE, change, made, expires_at=events.moment(expires_at))
    record(change)
    return made


def check_claimable(*, scout: Account, bounty_id: UUID, location: Place, at: datetime) -> float:
    """Whether a claim could be made now, as far as a look without a lock can tell. Answers the distance to go."""
    glance = Bounty.objects.select_related("buyer").filter(pk=bounty_id, mode=scout.mode).first()
    return _check_scout(scout, _on_offer(glance, at=at), location, at=at)


@transaction.atomic
def release(*, scout: Account, claim_id: UUID, at: datetime) -> Claim:
    """Give it back. Somebody else can have the slot at once; a repeated release changes nothing."""
    change, claim = lock_claim(claim_id, at=at, scout=scout)
    if claim.state == ClaimState.RELEASED:
        return claim
    _require_running(claim, now=change.now)
    move_claim(claim, ClaimState.RELEASED, ended_at=change.now, upload_by=max(change.now, claim.claimed_at))
    settle_slot(change, claim.slot)
    tell_of_claim(events.CLAIM_RELEASED, change, claim)
    record(change)
    return claim


@transaction.atomic
def extend(*, scout: Account, claim_id: UUID, at: datetime) -> Claim:
    """More time for the way, once."""
    change, claim = lock_claim(claim_id, at=at, scout=scout)
    _require_running(claim, now=change.now)
    claim.expires_at = policy.extended_end(
        expires_at=claim.expires_at,
        closes_at=change.bounty.closes_at,
        extended=claim.extended,
        on_site=claim.on_site_at is not None,
    )
    claim.upload_by = claim.expires_at + policy.UPLOAD_GRACE
    claim.extended = True
    claim.save(update_fields=["expires_at", "upload_by", "extended"])
    tell_of_claim(events.CLAIM_EXTENDED, change, claim, expires_at=events.moment(claim.expires_at))
    record(change)
    return claim


@transaction.atomic
def arrive(*, scout: Account, claim_id: UUID, at: datetime) -> Claim:
    """The scout opens a capture session on site. The session itself is verification's; a second one changes nothing."""
    change, claim = lock_claim(claim_id, at=at, scout=scout)
    _require_running(claim, now=change.now)
    if claim.on_site_at is None:
        claim.on_site_at = change.now
        claim.save(update_fields=["on_site_at"])
        tell_of_claim(events.CLAIM_ON_SITE, change, claim)
        record(change)
    return claim


def in_a_free_place(scout_id: UUID, take: Callable[[int], None]) -> bool:
    """Have a claim take one of the scout's free places. False where there is none.

    Two claims made at the same moment see the same free place: the index decides, and the loser looks again.
    """
    for _ in range(policy.LIVE_CLAIMS_PER_SCOUT):
        taken = set(Claim.objects.filter(scout_id=scout_id, state=ClaimState.LIVE).values_list("place", flat=True))
        free = [place for place in range(1, policy.LIVE_CLAIMS_PER_SCOUT + 1) if place not in taken]
        if not free:
            break
        try:
            with transaction.atomic():
                take(free[0])
        except IntegrityError as error:
            if "claim_one_live_per_place_of_scout" not in str(error):
                raise
        else:
            return True
    return False


def _on_offer(bounty: Bounty | None, *, at: datetime) -> Bounty:
    if bounty is None or bounty.opened_at is None:  # what was never on offer is nobody's business
        raise NoSuchBounty("There is no such bounty.")
    if bounty.state != BountyState.OPEN:
        raise NotOnOffer("This bounty takes no more claims.")
    policy.check_window(opens_at=bounty.opens_at, closes_at=bounty.closes_at, at=bounty.now(at))
    if bounty.free_slots == 0:
        raise NoFreeSlot("Every slot of this bounty is taken.")
    return bounty


def _check_scout(scout: Account, bounty: Bounty, location: Place, *, at: datetime) -> float:
    """Who may claim, and from where. Answers the distance to go."""
    if Agent.objects.filter(account=bounty.buyer_id, owner__scouts__account=scout.id).exists():
        raise OwnBounty("This bounty was posted by an agent of your own.")
    distance = distance_m(location, Place.of_e7(bounty.latitude_e7, bounty.longitude_e7))
    policy.check_reach(distance_m=distance, radius_m=bounty.radius_m, closes_at=bounty.closes_at, at=bounty.now(at))
    policy.check_journey(_last_seen(scout, location), at=at)
    if bounty.least_reputation:
        policy.check_reputation(reputation=record_of(scout.id).reputation, least=bounty.least_reputation)
    return distance


def _last_seen(scout: Account, location: Place) -> policy.LastSeen | None:
    last = (
        Claim.objects.filter(scout=scout).order_by("-id").values_list("seen_at", "latitude_e7", "longitude_e7").first()
    )
    return last and policy.LastSeen(last[0], distance_m(location, Place.of_e7(last[1], last[2])))


def _free_slot(bounty: Bounty) -> Slot:
    """Rather one for which nothing late can come any more."""
    slot = (
        Slot.objects.filter(bounty=bounty, state=SlotState.OPEN)
        .order_by(F("owed_until").asc(nulls_first=True), "number")
        .first()
    )
    if slot is None:
        raise NoFreeSlot("Every slot of this bounty is taken.")
    return slot


def _insert(claim: Claim) -> Claim:
    def insert(place: int) -> None:
        claim.id, claim.place = new_id(), place
        claim.save(force_insert=True)

    if not in_a_free_place(claim.scout_id, insert):
        raise TooManyClaims(f"You have {policy.LIVE_CLAIMS_PER_SCOUT} claims already.")
    return claim


def _require_running(claim: Claim, *, now: datetime) -> None:
    if claim.state != ClaimState.LIVE or claim.expires_at <= now:
        state = ClaimState.EXPIRED if claim.state == ClaimState.LIVE else claim.state
        raise WrongState(f"This claim is {state}: nothing more can be done with it.")
