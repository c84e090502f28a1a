"""Claiming a slot: by whom, from where, how many, and for how long."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from bounties import operations
from bounties.models import Bounty, Claim, Slot
from bounties.operations.claiming import (
    LICENCE,
    AlreadyClaimed,
    NoFreeSlot,
    NotOnOffer,
    OwnBounty,
    ScoutsOnly,
    TooManyClaims,
)
from bounties.operations.locking import NoSuchBounty, NoSuchClaim
from bounties.places import Place, destination
from bounties.policies.claims import (
    AlreadyExtended,
    AlreadyThere,
    ImpossibleJourney,
    NotYetOpen,
    ReputationTooLow,
    TooFar,
    WindowOver,
)
from market.accounts.models import Agent, Scout
from market.events.models import Event
from market.ids import new_id
from market.transitions import WrongState
from tests.integration.bounties.story import ACCEPTED, BAKERY, NEARBY, REJECTED, Story


def test_a_claim_takes_a_slot_for_a_while_under_a_named_licence(story: Story) -> None:
    bounty = story.post(slots=2)
    claim = operations.claim(scout=story.scout, bounty_id=bounty.id, location=NEARBY, at=story.at, resale=True)
    assert (claim.expires_at - story.at, claim.upload_by - claim.expires_at) == (
        timedelta(minutes=30),
        timedelta(hours=24),
    )
    assert (claim.licence, claim.resale, claim.distance_m) == (LICENCE, True, 130)
    bounty.refresh_from_db()
    assert (bounty.free_slots, bounty.version, story.slot_states(bounty)) == (1, 2, ["claimed", "open"])
    assert story.told(story.scout) == ["claim.made"]


def test_a_claim_as_it_is_answered_is_the_one_that_is_written(story: Story) -> None:
    claim = story.claim(story.post())
    written = Claim.objects.get()
    names = [field.attname for field in Claim._meta.concrete_fields]
    assert [getattr(claim, name) for name in names] == [getattr(written, name) for name in names]


@pytest.mark.django_db(transaction=True)
def test_a_claim_under_an_older_snapshot_is_refused() -> None:
    story = Story()
    bounty = story.post()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(DatabaseError, match="READ COMMITTED"):
            story.claim(bounty)
        transaction.set_rollback(True)


def test_a_slot_that_is_said_to_be_free_and_is_claimed_is_given_to_nobody(story: Story) -> None:
    bounty = story.post()
    story.claim(bounty)
    with transaction.atomic():
        Slot.objects.update(state="open")
        Bounty.objects.update(free_slots=1)
        with pytest.raises(DatabaseError, match="a slot that is claimed says that it is open"):
            story.claim(bounty, story.other_scout)
        transaction.set_rollback(True)
    assert Claim.objects.count() == 1


def test_the_buyer_learns_of_the_claim_and_not_of_the_scout(story: Story) -> None:
    story.claim(story.post())
    event = Event.objects.get(account=story.buyer, type="claim.made")
    assert set(event.data) == {"bounty", "claim", "slot", "expires_at"}
    assert story.scout.id.hex not in str(event.data)


def test_what_is_taken_is_refused_clearly(story: Story) -> None:
    bounty = story.post()
    story.claim(bounty)
    with pytest.raises(NoFreeSlot) as refused:
        story.claim(bounty, story.other_scout)
    assert refused.value.retryable
    assert Claim.objects.count() == 1


def test_several_slots_want_several_scouts(story: Story) -> None:
    bounty = story.post(slots=2)
    claim = story.claim(bounty)
    with pytest.raises(AlreadyClaimed):
        story.claim(bounty)
    operations.release(scout=story.scout, claim_id=claim.id, at=story.at)
    story.claim(bounty)


def test_one_scout_may_take_several_slots_where_the_buyer_allows_it(story: Story) -> None:
    bounty = story.post(slots=2, distinct_scouts=False)
    story.claim(bounty)
    story.claim(bounty)
    assert story.slot_states(bounty) == ["claimed", "claimed"]


def test_a_scout_has_so_many_claims_at_once(story: Story) -> None:
    claims = [story.claim(story.post()) for _ in range(5)]
    assert [claim.place for claim in claims] == [1, 2, 3, 4, 5]
    sixth = story.post()
    with pytest.raises(TooManyClaims):
        story.claim(sixth)
    operations.release(scout=story.scout, claim_id=claims[2].id, at=story.at)
    assert story.claim(sixth).place == 3


@pytest.mark.parametrize("metres", [150_100, 2_000_000, 19_000_000])
def test_a_scout_cannot_claim_from_another_planet(story: Story, metres: int) -> None:
    bounty = story.post()
    with pytest.raises(TooFar) as refused:
        story.claim(bounty, location=destination(BAKERY, bearing=90, metres=metres))
    assert refused.value.param == "/location"
    assert "km away" in refused.value.message


def test_a_scout_cannot_be_in_two_cities_in_a_minute(story: Story) -> None:
    story.claim(story.post())
    elsewhere = story.post(place={"lat": 53.55, "lng": 10.0, "radius_m": 60})
    story.at += timedelta(minutes=1)
    with pytest.raises(ImpossibleJourney):
        story.claim(elsewhere, location=Place(53.55, 10.0))
    story.at += timedelta(hours=2)
    story.claim(elsewhere, location=Place(53.55, 10.0))


def test_nobody_claims_outside_the_window(story: Story) -> None:
    opens_at = story.at + timedelta(hours=3)
    window = {"opens_at": opens_at.isoformat(), "closes_at": (opens_at + timedelta(hours=1)).isoformat()}
    bounty = story.post(window=window)
    with pytest.raises(NotYetOpen) as refused:
        story.claim(bounty)
    assert refused.value.retry_at == opens_at - timedelta(hours=1)
    story.at = opens_at + timedelta(hours=1)
    with pytest.raises(WindowOver):  # no sweep has been there yet
        story.claim(bounty)
    story.wait()
    with pytest.raises(NotOnOffer):
        story.claim(bounty)


def test_a_reputation_may_be_asked_for(story: Story) -> None:
    picky = story.post(least_reputation=55)
    with pytest.raises(ReputationTooLow):
        story.claim(picky)
    story.handed_in(story.post(), ACCEPTED)
    claim = story.claim(picky)
    operations.release(scout=story.scout, claim_id=claim.id, at=story.at)
    story.handed_in(story.post(), REJECTED)
    with pytest.raises(ReputationTooLow):
        story.claim(picky)


def test_nobody_claims_a_bounty_of_an_own_agent(story: Story) -> None:
    person = Scout.objects.get(account=story.scout).user
    Agent.objects.create(account=story.buyer, name="mine", owner=person, claimed_at=story.at, claim_hash=b"1" * 32)
    with pytest.raises(OwnBounty):
        story.claim(story.post())


def test_only_scouts_claim(story: Story) -> None:
    with pytest.raises(ScoutsOnly):
        story.claim(story.post(), story.other_buyer)


def test_what_is_not_on_offer_does_not_exist_for_scouts(story: Story) -> None:
    screened = story.post(title="Is anybody at home?")
    live = story.new_scout(mode="live")
    for bounty_id, scout in [(screened.id, story.scout), (new_id(), story.scout), (story.post().id, live)]:
        with pytest.raises(NoSuchBounty):
            operations.claim(scout=scout, bounty_id=bounty_id, location=NEARBY, at=story.at)


def test_a_released_slot_is_free_at_once(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    released = operations.release(scout=story.scout, claim_id=claim.id, at=story.at)
    assert (released.state, story.slot_states(bounty)) == ("released", ["open"])
    version = story.claim(bounty, story.other_scout).bounty.version
    assert operations.release(scout=story.scout, claim_id=claim.id, at=story.at).state == "released"
    bounty.refresh_from_db()
    assert bounty.version == version


def test_a_claim_is_extended_once_and_only_on_the_way(story: Story) -> None:
    claim = story.claim(story.post())
    extended = operations.extend(scout=story.scout, claim_id=claim.id, at=story.at)
    assert extended.expires_at - claim.expires_at == extended.upload_by - claim.upload_by == timedelta(minutes=30)
    with pytest.raises(AlreadyExtended):
        operations.extend(scout=story.scout, claim_id=claim.id, at=story.at)
    other = story.claim(story.post())
    operations.arrive(scout=story.scout, claim_id=other.id, at=story.at)
    with pytest.raises(AlreadyThere):
        operations.extend(scout=story.scout, claim_id=other.id, at=story.at)


def test_arriving_twice_is_arriving_once(story: Story) -> None:
    claim = story.claim(story.post())
    first = operations.arrive(scout=story.scout, claim_id=claim.id, at=story.at)
    story.at += timedelta(minutes=1)
    assert operations.arrive(scout=story.scout, claim_id=claim.id, at=story.at).on_site_at == first.on_site_at
    assert story.told(story.scout) == ["claim.made", "claim.on_site"]


def test_a_claim_whose_time_is_over_expires(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    story.at = claim.expires_at
    for call in (operations.extend, operations.arrive, operations.release):
        with pytest.raises(WrongState):  # also before any sweep
            call(scout=story.scout, claim_id=claim.id, at=story.at)
    story.wait()
    claim.refresh_from_db()
    assert (claim.state, story.slot_states(bounty)) == ("expired", ["open"])
    story.claim(bounty)  # the same scout may try again


def test_a_slot_that_something_may_still_come_for_is_given_out_last(story: Story) -> None:
    bounty = story.post(slots=2)
    story.claim(bounty)
    story.wait(minutes=30)
    assert story.claim(bounty, story.other_scout).slot.number == 2


def test_another_scouts_claim_is_not_found(story: Story) -> None:
    claim = story.claim(story.post())
    for call in (operations.extend, operations.arrive, operations.release):
        with pytest.raises(NoSuchClaim):
            call(scout=story.other_scout, claim_id=claim.id, at=story.at)
