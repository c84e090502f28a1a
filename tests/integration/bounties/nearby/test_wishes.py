"""What a search leaves out, and what its rows carry."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from bounties.drafts import Challenge
from bounties.models import Bounty
from bounties.nearby.page import Found, Seeker, Wishes
from bounties.nearby.search import nearby
from bounties.places import Place, destination
from bounties.states import BountyState, ClaimState
from market.accounts.models import Agent, Mode
from market.clock import now
from tests.integration.bounties.nearby.world import AT, claim, make_agent, make_scout, offer

HERE = Place(52.52, 13.405)


def found(mode: Mode = Mode.LIVE, **asked: Any) -> list[UUID]:
    return [row.bounty_id for row in nearby(around=HERE, mode=mode, at=AT, **asked).rows]


@pytest.fixture
def open_one(buyer: Agent) -> Bounty:
    return offer(buyer, [HERE])[0]


def test_a_row_carries_what_a_list_shows_and_nothing_of_the_private_terms(buyer: Agent) -> None:
    there = destination(HERE, bearing=90, metres=1_000)
    bounty = offer(buyer, [there], slots=3, unfinished_slots=3, free_slots=2, media_count=2, challenge="code")[0]
    (row,) = nearby(around=HERE, mode=Mode.LIVE, at=AT).rows
    assert row.bearing == pytest.approx(90, abs=0.01)
    assert row == Found(
        bounty_id=bounty.id,
        title="Is it open?",
        latitude_e7=bounty.latitude_e7,
        longitude_e7=bounty.longitude_e7,
        radius_m=50,
        reward_micros=2_000_000,
        media="photo",
        media_count=2,
        challenge=Challenge.CODE,
        daylight=False,
        opens_at=bounty.opens_at,
        closes_at=bounty.closes_at,
        free_slots=2,
        distance_mm=row.distance_mm,
        seen_from=row.seen_from,
    )
    assert row.place == Place.of_e7(bounty.latitude_e7, bounty.longitude_e7)
    assert row.distance_m == pytest.approx(1_000, abs=0.02)
    assert row.walking_minutes == 16  # to the edge of the 50 metres around it
    assert not {"private_note", "metadata", "buyer"} & set(Found._fields)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": BountyState.SCREENING},
        {"state": BountyState.UNFUNDED},
        {"state": BountyState.CLOSING, "closing_as": "expired"},
        {"free_slots": 0},
        {"closes_at": AT},
        {"closes_at": AT - timedelta(seconds=1)},
        {"opens_at": AT + timedelta(hours=1, seconds=1)},
    ],
    ids=str,
)
def test_what_cannot_be_claimed_is_left_out(buyer: Agent, changes: dict[str, Any]) -> None:
    offer(buyer, [HERE], **changes)
    assert found() == []


@pytest.mark.parametrize(
    "changes", [{"closes_at": AT + timedelta(seconds=1)}, {"opens_at": AT + timedelta(hours=1)}], ids=str
)
def test_what_can_be_claimed_at_the_last_or_the_first_moment_is_there(buyer: Agent, changes: dict[str, Any]) -> None:
    bounty = offer(buyer, [HERE], **changes)[0]
    assert found() == [bounty.id]


def test_test_and_live_never_meet(buyer: Agent) -> None:
    tried = offer(make_agent(mode=Mode.TEST), [HERE])[0]
    earned = offer(buyer, [HERE])[0]
    assert found(Mode.TEST) == [tried.id]
    assert found(Mode.LIVE) == [earned.id]


def test_a_buyer_who_moved_the_test_clock_takes_the_bounties_along(db: None) -> None:
    ahead = make_agent(mode=Mode.TEST, clock_ahead=timedelta(hours=20))
    offer(ahead, [HERE], closes_at=AT + timedelta(hours=20))
    later = offer(ahead, [HERE], opens_at=AT + timedelta(hours=20, minutes=59))[0]
    assert found(Mode.TEST) == [later.id]


def test_a_reward_may_be_asked_for(buyer: Agent) -> None:
    offer(buyer, [HERE], reward_micros=1_999_999)
    exact = offer(buyer, [HERE], reward_micros=2_000_000)[0]
    assert found(wishes=Wishes(least_reward_micros=2_000_000)) == [exact.id]


def test_a_closing_time_may_be_asked_for(buyer: Agent) -> None:
    offer(buyer, [HERE], closes_at=AT + timedelta(hours=2))
    later = offer(buyer, [HERE], closes_at=AT + timedelta(hours=3))[0]
    assert found(wishes=Wishes(closes_after=AT + timedelta(hours=3))) == [later.id]


def test_a_kind_of_media_may_be_asked_for(buyer: Agent) -> None:
    offer(buyer, [HERE], media="audio")
    photo = offer(buyer, [HERE])[0]
    assert found(wishes=Wishes(media="photo")) == [photo.id]


def test_wishes_add_up(buyer: Agent) -> None:
    offer(buyer, [HERE], reward_micros=9_000_000)
    offer(buyer, [HERE], closes_at=AT + timedelta(days=3))
    both = offer(buyer, [HERE], reward_micros=9_000_000, closes_at=AT + timedelta(days=3))[0]
    wishes = Wishes(least_reward_micros=5_000_000, closes_after=AT + timedelta(days=2), media="photo", within_m=10)
    assert found(wishes=wishes, seeker=Seeker(make_scout().account_id)) == [both.id]


def test_a_distance_may_be_asked_for(buyer: Agent) -> None:
    near, far = offer(buyer, [destination(HERE, bearing=45, metres=each) for each in (999.9, 1000.1)])
    assert found(wishes=Wishes(within_m=1_000)) == [near.id]
    assert found(wishes=Wishes(within_m=1_001)) == [near.id, far.id]


def test_fifty_kilometres_are_searched_unless_asked_otherwise(buyer: Agent) -> None:
    near, far = offer(buyer, [destination(HERE, bearing=0, metres=each) for each in (49_999.0, 50_001.0)])
    assert found() == [near.id]
    assert found(wishes=Wishes(within_m=100_000)) == [near.id, far.id]


def test_an_agent_does_not_see_its_own(buyer: Agent, open_one: Bounty) -> None:
    assert found(seeker=Seeker(buyer.account_id)) == []
    assert found(seeker=Seeker(make_agent().account_id)) == [open_one.id]


def test_a_person_does_not_see_those_of_the_agents_owned(buyer: Agent, open_one: Bounty) -> None:
    scout = make_scout()
    seeker = Seeker(scout.account_id, scout.user_id)
    offer(make_agent(owner=scout.user), [HERE])
    offer(make_agent(owner=scout.user), [HERE])
    assert found(seeker=seeker) == [open_one.id]
    other = make_scout()
    assert len(found(seeker=Seeker(other.account_id, other.user_id))) == 3


@pytest.mark.parametrize(
    ("state", "distinct", "seen"),
    [
        (ClaimState.LIVE, True, False),
        (ClaimState.LIVE, False, False),
        (ClaimState.SUBMITTED, True, False),
        (ClaimState.FULFILLED, True, False),
        (ClaimState.FULFILLED, False, True),  # the bounty takes several answers of one scout
        (ClaimState.RELEASED, True, True),
        (ClaimState.EXPIRED, True, True),
    ],
)
def test_a_scout_does_not_see_what_cannot_be_claimed_again(
    buyer: Agent, state: ClaimState, distinct: bool, seen: bool
) -> None:
    scout, other = make_scout(), make_scout()
    bounty = offer(buyer, [HERE], slots=2, unfinished_slots=2, distinct_scouts=distinct)[0]
    claim(bounty, scout, state=state)
    assert found(seeker=Seeker(scout.account_id, scout.user_id)) == ([bounty.id] if seen else [])
    assert found(seeker=Seeker(other.account_id, other.user_id)) == [bounty.id]


def test_a_search_is_of_this_moment_when_the_door_says_so(buyer: Agent) -> None:
    at = now()
    offer(buyer, [HERE], opens_at=at - timedelta(days=2), closes_at=at - timedelta(days=1))
    assert nearby(around=HERE, mode=Mode.LIVE, at=at).rows == ()
