"""Cancelled, run out or filled: every bounty ends, and then nothing is held for it."""

from datetime import timedelta

import pytest

from bounties import operations
from bounties.models import Bounty
from bounties.operations.claiming import NotOnOffer
from bounties.operations.freezing import cancel_open
from market.transitions import WrongState
from tests.integration.bounties.story import ACCEPTED, DOLLAR, REJECTED, REVIEW, Story


def cancel(story: Story, bounty: Bounty) -> Bounty:
    return operations.cancel(buyer=story.buyer, bounty_id=bounty.id, at=story.at)


def test_a_bounty_that_nobody_claimed_is_cancelled_at_once(story: Story) -> None:
    bounty = cancel(story, story.post(slots=5))
    assert (bounty.state, story.held(bounty), story.available()) == ("cancelled", 0, 1_000 * DOLLAR)
    assert story.slot_states(bounty) == ["returned"] * 5
    assert story.told(story.buyer) == ["bounty.opened", "bounty.closing", "bounty.cancelled"]
    assert cancel(story, bounty).version == bounty.version


def test_who_is_on_the_way_when_it_is_cancelled_finishes_and_is_paid(story: Story) -> None:
    bounty = story.post(slots=2)
    claim = story.claim(bounty)
    bounty = cancel(story, bounty)
    assert (bounty.state, story.held(bounty)) == ("closing", 2_750_000)
    with pytest.raises(NotOnOffer):
        story.claim(bounty, story.other_scout)
    story.judge(story.submit(claim), ACCEPTED)
    bounty.refresh_from_db()
    assert (bounty.state, story.held(bounty), story.earned()) == ("cancelled", 0, (2_500_000, 0))


def test_a_frozen_buyers_free_slots_come_back_and_who_is_on_the_way_is_paid(story: Story) -> None:
    free, claimed, theirs = story.post(slots=3), story.post(slots=2), story.post(story.other_buyer)
    claim = story.claim(claimed)
    for _ in range(2):
        cancel_open(buyer_id=story.buyer.id, at=story.at)
    assert (story.held(free), story.held(claimed), story.held(theirs)) == (0, 2_750_000, 2_750_000)
    story.judge(story.submit(claim), ACCEPTED)
    assert (story.held(claimed), story.earned()) == (0, (2_500_000, 0))


def test_a_released_claim_ends_a_cancelled_bounty(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    cancel(story, bounty)
    operations.release(scout=story.scout, claim_id=claim.id, at=story.at)
    bounty.refresh_from_db()
    assert (bounty.state, story.held(bounty)) == ("cancelled", 0)


def test_a_bounty_that_nobody_claimed_ends_with_its_window(story: Story) -> None:
    bounty = story.post()
    story.wait(hours=5, minutes=59)
    bounty.refresh_from_db()
    assert bounty.state == "open"
    story.wait(minutes=1)
    bounty.refresh_from_db()
    assert (bounty.state, bounty.ended_at, story.available()) == ("expired", story.at, 1_000 * DOLLAR)


def test_an_expired_claim_keeps_its_money_until_no_upload_can_come(story: Story) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    story.wait(hours=6)
    bounty.refresh_from_db()
    assert (bounty.state, story.slot_states(bounty), bounty.due_at) == ("closing", ["open"], claim.upload_by)
    assert story.held(bounty) == 2_750_000
    story.at = claim.upload_by - timedelta(seconds=1)
    story.wait()
    bounty.refresh_from_db()
    assert bounty.state == "closing"
    story.wait(seconds=1)
    bounty.refresh_from_db()
    assert (bounty.state, story.held(bounty)) == ("expired", 0)


def test_a_rejection_can_be_appealed_before_its_money_goes_back(story: Story) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, REJECTED)
    story.wait(hours=6)
    bounty.refresh_from_db()
    assert (bounty.state, bounty.due_at) == ("closing", submission.appeal_by)
    story.wait(hours=42)
    bounty.refresh_from_db()
    assert (bounty.state, story.held(bounty)) == ("expired", 0)


def test_a_review_keeps_a_closing_bounty_from_ending(story: Story) -> None:
    bounty = story.post()
    story.wait(hours=5)
    story.handed_in(bounty, REVIEW)
    story.wait(hours=2)
    bounty.refresh_from_db()
    assert (bounty.state, bounty.due_at) == ("closing", None)
    story.wait(hours=22)  # silence
    bounty.refresh_from_db()
    assert (bounty.state, story.held(bounty)) == ("completed", 0)


def test_a_bounty_is_completed_when_its_last_slot_is_filled(story: Story) -> None:
    bounty = story.post(slots=2)
    story.handed_in(bounty, ACCEPTED)
    bounty.refresh_from_db()
    assert bounty.state == "open"
    story.handed_in(bounty, ACCEPTED, story.other_scout)
    bounty.refresh_from_db()
    assert (bounty.state, bounty.ended_at) == ("completed", story.at)
    with pytest.raises(WrongState):
        cancel(story, bounty)


def test_what_was_not_filled_comes_back_when_it_expires(story: Story) -> None:
    bounty = story.post(slots=3)
    story.handed_in(bounty, ACCEPTED)
    story.wait(hours=6)
    bounty.refresh_from_db()
    assert (bounty.state, story.slot_states(bounty)) == ("expired", ["filled", "returned", "returned"])
    assert story.available() == 1_000 * DOLLAR - 2_750_000
