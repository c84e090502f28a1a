"""When a claim may be made, how long it lasts, what may follow it. `at` is the bounty's time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from market.errors import DomainError, Kind

LIVE_CLAIMS_PER_SCOUT = 5
EARLIEST_BEFORE_OPENING = timedelta(hours=1)
SHORTEST, LONGEST = timedelta(minutes=30), timedelta(hours=4)
EXTENSION = timedelta(minutes=30)
# A capture made offline within the claim may be handed in until then.
UPLOAD_GRACE = timedelta(hours=24)
MOST_TRIES = 3

FURTHEST_M = 150_000
_ON_SITE = timedelta(minutes=20)
_WALKING_M = 3_000
_WALKING_MPS = 1.2
_RIDING_MPS = 8.0
# Straight lines are shorter than roads, but nobody covers them faster than this on the ground.
_FASTEST_MPS = 40.0
# Between two claims a scout may have flown: faster than an airliner is somebody else.
_FLYING_MPS = 300.0
_WANDERING_M = 5_000


class TooFar(DomainError):
    """The scout cannot be there in time."""

    code = "too_far"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Claim bounties that you can reach before they close."


class ImpossibleJourney(DomainError):
    """The scout would have travelled faster than anybody can."""

    code = "impossible_journey"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Let your device find its place again, and claim from where you are."


class NotYetOpen(DomainError):
    """The window opens later than a claim lives."""

    code = "not_yet_open"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Come back when the window is about to open."
    retryable: ClassVar[bool] = True


class WindowOver(DomainError):
    """The window has closed."""

    code = "window_over"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Look for another bounty."


class ReputationTooLow(DomainError):
    """The bounty asks for more accepted answers than the scout has."""

    code = "reputation_too_low"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Complete other bounties first: every accepted answer counts."


class AlreadyExtended(DomainError):
    """The claim was extended before."""

    code = "already_extended"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "A claim is extended once. Release it if you cannot make it."


class NothingToExtend(DomainError):
    """An extension would give the claim no more time."""

    code = "nothing_to_extend"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "The window closes when this claim ends: there is no more time to give."


class AlreadyThere(DomainError):
    """The scout has arrived, and an extension is for the way."""

    code = "already_there"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Capture and hand in: an extension is for the way."


@dataclass(frozen=True, slots=True)
class LastSeen:
    """Where a scout claimed last."""

    at: datetime
    metres_away: float


def check_window(*, opens_at: datetime, closes_at: datetime, at: datetime) -> None:
    if at >= closes_at:
        raise WindowOver("The window of this bounty is over.")
    if at < opens_at - EARLIEST_BEFORE_OPENING:
        raise NotYetOpen(
            "This bounty can be claimed from one hour before its window opens.",
            retry_at=opens_at - EARLIEST_BEFORE_OPENING,
        )


def check_reach(*, distance_m: float, radius_m: int, closes_at: datetime, at: datetime) -> None:
    to_go = max(0.0, distance_m - radius_m)
    if to_go > FURTHEST_M:
        raise TooFar(
            f"You are {to_go / 1000:.0f} km away; claims are taken up to {FURTHEST_M // 1000} km.", param="/location"
        )
    if at + timedelta(seconds=to_go / _FASTEST_MPS) > closes_at:
        raise TooFar(f"You are {to_go / 1000:.1f} km away and it closes before you can be there.", param="/location")


def check_journey(last: LastSeen | None, *, at: datetime) -> None:
    """A scout who claimed in one city cannot claim in another one a minute later."""
    if last is None or last.metres_away < _WANDERING_M:
        return
    if last.metres_away > _FLYING_MPS * max(1.0, (at - last.at).total_seconds()):
        raise ImpossibleJourney(
            f"Your last claim was {last.metres_away / 1000:.0f} km from here, too short a while ago.", param="/location"
        )


def check_reputation(*, reputation: int, least: int) -> None:
    if reputation < least:
        raise ReputationTooLow(f"This bounty asks for a reputation of {least}; yours is {reputation}.")


def end_of_claim(*, distance_m: float, opens_at: datetime, closes_at: datetime, at: datetime) -> datetime:
    """Time for the way there and for looking; never past the window, never longer than four hours from now."""
    begins = max(at, opens_at)
    end = begins + min(LONGEST, max(SHORTEST, 2 * _travel(distance_m) + _ON_SITE))
    return min(end, at + LONGEST, closes_at)


def extended_end(*, expires_at: datetime, closes_at: datetime, extended: bool, on_site: bool) -> datetime:
    if extended:
        raise AlreadyExtended("This claim has been extended before.")
    if on_site:
        raise AlreadyThere("A capture session has been opened for this claim.")
    end = min(expires_at + EXTENSION, closes_at)
    if end <= expires_at:
        raise NothingToExtend("This claim already lasts until the window closes.")
    return end


def can_submit_late(*, upload_by: datetime, at: datetime) -> bool:
    return at <= upload_by


def _travel(distance_m: float) -> timedelta:
    return timedelta(seconds=distance_m / (_WALKING_MPS if distance_m <= _WALKING_M else _RIDING_MPS))
