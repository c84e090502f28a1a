"""Sending a simulated scout. It claims here, at once, so that what is refused to a person is refused to it as well;
the walk, the capture and the hand-in are work, done by `capturing.py`.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Final
from uuid import UUID

from django.db import transaction

from agents_api.sandbox.models import SimulatedScout, Simulation
from agents_api.sandbox.outcomes import Outcome
from agents_api.sandbox.states import SimulationState
from bounties import capturing
from bounties.models import Bounty, Claim
from bounties.operations.claiming import claim, release
from bounties.operations.locking import NoSuchBounty
from bounties.places import Place, destination, distance_m, way
from bounties.policies.claims import EARLIEST_BEFORE_OPENING, LIVE_CLAIMS_PER_SCOUT
from bounties.queries import record_of
from bounties.states import BountyState, ClaimState
from market.accounts.models import Account, Mode, User
from market.accounts.operations.scouts import become_scout
from market.errors import DomainError, Kind
from market.ids import new_id
from market.work.operations import enqueue
from verification.checks.daylight import sun_elevation
from verification.geo import place
from verification.policies import Thresholds

PERFORM: Final = "perform_simulation"

# Under way at one moment, for one agent: what is drawn and checked for nobody should not keep others waiting.
MOST_AT_ONCE: Final = 20
# So far outside the circle is the wrong place, and so near to its last one a scout is asked again.
_FAR_OUTSIDE_M: Final = 500.0
_HOME_M: Final = 1_000.0
_STARTS_M: Final = 60.0
_LOOKED_AT: Final = 20


class SimulationOnlyInTest(DomainError):
    """A simulated scout was asked for with a live key."""

    code = "simulation_only_in_test"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Use a test key: for live bounties real scouts go."


class NothingToSimulate(DomainError):
    """The bounty is not open for claims: in screening, unfunded, closing or over."""

    code = "nothing_to_simulate"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Simulate on a bounty whose status is `open`."


class WindowNotOpen(DomainError):
    """The window has not opened yet, and what is captured before it does not count."""

    code = "simulation_too_early"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Wait until `window.opens_at`, or move your test clock there with POST /v1/test/clock."


class NightThere(DomainError):
    """The bounty asks for daylight, and the sun is down at its place: a capture now would be rejected."""

    code = "simulation_at_night"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Post without `proof.daylight`, or for a place where it is day. A test clock does not move the sun."


class TooManySimulations(DomainError):
    """As many simulated scouts are under way for you as may be at one moment."""

    code = "too_many_simulations"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Wait some seconds until those under way have handed in, then try again."
    retryable: ClassVar[bool] = True


def check_mode(agent: Account) -> None:
    if agent.mode != Mode.TEST:
        raise SimulationOnlyInTest("Scouts are simulated in test mode only.")


def take_turn(agent: Account) -> None:
    """One simulation of an agent at a time, to the end of the transaction: two would send the same scout.

    Before any bounty is locked or money moved, so that nobody who waits here holds what another one needs.
    """
    check_mode(agent)
    Account.objects.select_for_update(no_key=True).get(pk=agent.pk)


@transaction.atomic
def simulate(*, agent: Account, bounty_id: UUID, outcome: Outcome, at: datetime) -> Simulation:
    take_turn(agent)
    bounty = Bounty.objects.select_related("buyer").filter(pk=bounty_id, buyer=agent).first()
    if bounty is None:
        raise NoSuchBounty("There is no such bounty.")
    _check(agent, bounty, outcome, at=at)
    _give_up_former(bounty, at=at)
    here = _starting_point(bounty, outcome)
    scout = _scout_for(agent, bounty, here, at=at)
    made = claim(scout=scout, bounty_id=bounty.id, location=here, at=at)
    capturing.capture_pass(claim_id=made.id, at=at, scout=scout)
    simulation = Simulation.objects.create(
        agent=agent,
        bounty=bounty,
        claim=made,
        outcome=outcome,
        number=Simulation.objects.filter(bounty=bounty).count(),
        made_at=at,
    )
    if outcome is not Outcome.NO_SHOW:
        enqueue(kind=PERFORM, subject=str(simulation.id))
    return simulation


def target(bounty: Bounty, outcome: Outcome) -> Place:
    """Where the scout captures: before the place, or where it should not be, on the side of the equator."""
    centre = Place.of_e7(bounty.latitude_e7, bounty.longitude_e7)
    if outcome is not Outcome.WRONG_PLACE:
        return centre
    bearing = way(centre, Place(0.0, centre.lng)).bearing
    return destination(centre, bearing=bearing, metres=bounty.radius_m + _FAR_OUTSIDE_M)


def _check(agent: Account, bounty: Bounty, outcome: Outcome, *, at: datetime) -> None:
    if bounty.state != BountyState.OPEN:
        raise NothingToSimulate(f"This bounty is {bounty.state}.", facts={"status": bounty.state})
    # Who only claims and stays away may come as early as anybody may claim.
    earliest = bounty.opens_at - (EARLIEST_BEFORE_OPENING if outcome is Outcome.NO_SHOW else timedelta())
    if earliest > bounty.now(at):
        raise WindowNotOpen(
            "The bounty's window has not opened yet.",
            retry_at=earliest - agent.clock_ahead,
            facts={"earliest_at": earliest},
        )
    if outcome is Outcome.NO_SHOW:
        return
    if bounty.daylight:
        there = Place.of_e7(bounty.latitude_e7, bounty.longitude_e7)
        # The sun a minute from now too, because the work may have to wait.
        sun = min(sun_elevation(place(there.lat, there.lng), each) for each in (at, at + timedelta(minutes=1)))
        if sun < Thresholds().sun_degrees:
            raise NightThere("It is night at this place, and the bounty asks for daylight.", param="/proof/daylight")
    under_way = Simulation.objects.filter(agent=agent, state=SimulationState.CLAIMED).exclude(outcome=Outcome.NO_SHOW)
    if under_way.count() >= MOST_AT_ONCE:
        raise TooManySimulations(f"{MOST_AT_ONCE} simulated scouts are under way already.")


def _give_up_former(bounty: Bounty, *, at: datetime) -> None:
    """A scout whose capture was rejected may try again while the claim lives. A simulated one does not come back."""
    former = Claim.objects.select_related("scout").filter(
        bounty=bounty, state=ClaimState.LIVE, expires_at__gt=bounty.now(at), simulation__state=SimulationState.HANDED_IN
    )
    for each in former:
        release(scout=each.scout, claim_id=each.id, at=at)


def _starting_point(bounty: Bounty, outcome: Outcome) -> Place:
    there = target(bounty, outcome)
    return destination(there, bearing=way(there, Place(0.0, there.lng)).bearing, metres=_STARTS_M)


def _scout_for(agent: Account, bounty: Bounty, here: Place, *, at: datetime) -> Account:
    """One of this agent's that lives near there, has not answered this bounty, and is trusted enough; or a new one."""
    known = Account.objects.filter(simulated__agent=agent).exclude(claims__bounty=bounty).order_by("-id")
    for scout in known[:_LOOKED_AT]:
        if _can_go(scout, bounty, here):
            return scout
    user = User.objects.create(email=f"{new_id().hex}@simulated.invalid", is_active=False)  # nobody signs in as it
    user.set_unusable_password()
    user.save(update_fields=["password"])
    scout = become_scout(user=user, mode=Mode.TEST, at=at).account
    SimulatedScout.objects.create(account=scout, agent=agent)
    return scout


def _can_go(scout: Account, bounty: Bounty, here: Place) -> bool:
    claims = Claim.objects.filter(scout=scout)
    last = claims.order_by("-id").values_list("latitude_e7", "longitude_e7").first()
    if last is not None and distance_m(Place.of_e7(*last), here) > _HOME_M:
        return False
    if claims.filter(state=ClaimState.LIVE).count() >= LIVE_CLAIMS_PER_SCOUT:
        return False
    return record_of(scout.id).reputation >= bounty.least_reputation
