"""Claiming a slot, and what a scout can do with a claim before handing something in."""

import json
from datetime import datetime, timedelta
from functools import cache
from typing import ClassVar, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import CharField, Exists, OuterRef, UUIDField

from bounties import events
from bounties.models import Bounty, Claim
from bounties.operations.changing import move_claim, record, settle_slot
from bounties.operations.locking import NoSuchBounty, lock_claim
from bounties.operations.telling import tell_of_claim
from bounties.places import Place, distance_m
from bounties.policies import claims as policy
from bounties.queries import record_of
from bounties.states import BountyState, ClaimState
from market.accounts.models import Account, Agent
from market.errors import DomainError, Kind
from market.events.operations import announce
from market.ids import encode, new_id
from market.prepared import Given, Prepared, rows
from market.transitions import WrongState

# Use by the buyer; whether it may be sold again, with a royalty, is a separate yes or no.
LICENCE = "sightline-use-1"
_CLOSED = "This bounty takes no more claims."
_FULL = "Every slot of this bounty is taken."


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


def claim(*, scout: Account, bounty_id: UUID, location: Place, at: datetime, resale: bool = False) -> Claim:
    """Reserve a slot. Taking it, the scout agrees to the licence named in `LICENCE`, and to resale or not.

    Everybody who wants a slot of a bounty waits at its row. So what is asked about the scout, and about what never
    changes of a bounty on offer, is asked before; the rest is one statement, which is a transaction by itself unless
    the caller has one: see migrations/0006_claim.py.
    """
    if scout.kind != Account.Kind.SCOUT:
        raise ScoutsOnly("Only scouts claim bounties.")
    seen = _look(scout, bounty_id, at=at)
    distance = _check_scout(scout, seen, location, at=at)
    now = seen.now(at)
    expires_at = policy.end_of_claim(distance_m=distance, opens_at=seen.opens_at, closes_at=seen.closes_at, at=now)
    latitude_e7, longitude_e7 = location.in_e7()
    return _take_slot(
        scout,
        Claim(
            id=new_id(),
            bounty_id=bounty_id,
            scout=scout,
            mode=scout.mode,
            distinct=seen.distinct_scouts,
            latitude_e7=latitude_e7,
            longitude_e7=longitude_e7,
            distance_m=round(distance),
            claimed_at=now,
            seen_at=at,
            expires_at=expires_at,
            upload_by=expires_at + policy.UPLOAD_GRACE,
            licence=LICENCE,
            resale=resale,
        ),
    )


def check_claimable(*, scout: Account, bounty_id: UUID, location: Place, at: datetime) -> None:
    """Whether a claim could be made now, as far as a look without a lock can tell."""
    _check_scout(scout, _look(scout, bounty_id, at=at), location, at=at)


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


class _Seen(NamedTuple):
    """A bounty on offer, as a look without the lock has found it. Only `closes_at` can change: to something later."""

    state: str
    clock_ahead: timedelta
    opened_at: datetime | None
    opens_at: datetime
    closes_at: datetime
    free_slots: int
    latitude_e7: int
    longitude_e7: int
    radius_m: int
    least_reputation: int
    distinct_scouts: bool
    is_own: bool

    def now(self, at: datetime) -> datetime:
        return at + self.clock_ahead


@cache
def _look_at_bounty() -> Prepared:
    own = Agent.objects.filter(
        account=OuterRef("buyer"), owner__scouts__account=Given("scout", UUIDField(), type_name="uuid")
    )
    mode, bounty = Given("mode", CharField(), type_name="text"), Given("bounty", UUIDField(), type_name="uuid")
    found = Bounty.objects.filter(pk=bounty, mode=mode).annotate(is_own=Exists(own))
    return Prepared.of(found.values_list(*("buyer__clock_ahead" if n == "clock_ahead" else n for n in _Seen._fields)))


@cache
def _look_at_last_claim() -> Prepared:
    claims = Claim.objects.filter(scout=Given("scout", UUIDField(), type_name="uuid")).order_by("-id")
    return Prepared.of(claims.values_list("seen_at", "latitude_e7", "longitude_e7"))


def _look(scout: Account, bounty_id: UUID, *, at: datetime) -> _Seen:
    """Of two hundred who want the last slot, most need not queue up to hear no."""
    given = {"bounty": bounty_id, "scout": scout.id, "mode": scout.mode}
    seen = next((_Seen(*row) for row in _look_at_bounty().rows(given, limit=1)), None)
    if seen is None or seen.opened_at is None:  # what was never on offer is nobody's business
        raise NoSuchBounty("There is no such bounty.")
    if seen.state != BountyState.OPEN:
        raise NotOnOffer(_CLOSED)
    policy.check_window(opens_at=seen.opens_at, closes_at=seen.closes_at, at=seen.now(at))
    if seen.free_slots == 0:
        raise NoFreeSlot(_FULL)
    return seen


def _check_scout(scout: Account, seen: _Seen, location: Place, *, at: datetime) -> float:
    """Who may claim, and from where. Answers the distance to go."""
    if seen.is_own:
        raise OwnBounty("This bounty was posted by an agent of your own.")
    distance = distance_m(location, Place.of_e7(seen.latitude_e7, seen.longitude_e7))
    policy.check_reach(distance_m=distance, radius_m=seen.radius_m, closes_at=seen.closes_at, at=seen.now(at))
    policy.check_journey(_last_seen(scout, location), at=at)
    if seen.least_reputation:
        policy.check_reputation(reputation=record_of(scout.id).reputation, least=seen.least_reputation)
    return distance


def _last_seen(scout: Account, location: Place) -> policy.LastSeen | None:
    for seen_at, latitude_e7, longitude_e7 in _look_at_last_claim().rows({"scout": scout.id}, limit=1):
        return policy.LastSeen(seen_at, distance_m(location, Place.of_e7(latitude_e7, longitude_e7)))
    return None


_TAKE_SLOT = """
SELECT outcome, taken_slot, taken_place, told, followed FROM bounties_claim(
    %(id)s, %(bounty_id)s, %(scout_id)s, %(mode)s::text, %(most)s,
    %(claimed_at)s, %(moment_of_scout)s, %(seen_at)s, %(expires_at)s, %(upload_by)s,
    %(latitude_e7)s, %(longitude_e7)s, %(distance_m)s, %(licence)s::text, %(resale)s,
    %(told_as)s::text, %(facts)s::jsonb, %(event_of_buyer)s, %(event_of_scout)s
)
"""


def _take_slot(scout: Account, claim: Claim) -> Claim:
    """Write it with the slot and the place that are found for it."""
    told = {
        "bounty": encode("bnt", claim.bounty_id),
        "claim": encode("clm", claim.id),
        "expires_at": events.moment(claim.expires_at),
    }
    events.CLAIM_MADE.check({**told, "slot": 0})  # the statement finds which
    written = {name: value for name, value in vars(claim).items() if not name.startswith("_")}
    values = written | {
        "most": policy.LIVE_CLAIMS_PER_SCOUT,
        "moment_of_scout": scout.time_of(claim.seen_at),
        "told_as": events.CLAIM_MADE.name,
        "facts": json.dumps(told),
        "event_of_buyer": new_id(),
        "event_of_scout": new_id(),
    }
    [(outcome, slot_id, place, told_accounts, followed)] = rows(_TAKE_SLOT, values)
    match outcome:
        case "not_on_offer":
            raise NotOnOffer(_CLOSED)
        case "no_free_slot":
            raise NoFreeSlot(_FULL)
        case "already_claimed":
            raise AlreadyClaimed("You have claimed or answered this bounty already.")
        case "too_many_claims":
            raise TooManyClaims(f"You have {policy.LIVE_CLAIMS_PER_SCOUT} claims already.")
    announce(told_accounts, followed=followed)
    made = Claim.from_db(
        connection.alias, list(written), list(({**written, "slot_id": slot_id, "place": place}).values())
    )
    made.scout = scout
    return made


def _require_running(claim: Claim, *, now: datetime) -> None:
    if claim.state != ClaimState.LIVE or claim.expires_at <= now:
        state = ClaimState.EXPIRED if claim.state == ClaimState.LIVE else claim.state
        raise WrongState(f"This claim is {state}: nothing more can be done with it.")
