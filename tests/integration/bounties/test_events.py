"""The catalogue and the feed agree, and what is told to one side never gives away the other."""

import json
import re
from pathlib import Path

import jsonschema  # type: ignore[import-untyped]
import pytest

import bounties
from bounties import events, operations
from bounties.models import Dispute
from bounties.policies.disputes import Ruling
from market.accounts.models import Agent, Scout
from market.events.models import Event
from market.events.types import WrongData
from market.payments.operations import request_payout, send_payout
from tests.integration.bounties.story import ACCEPTED, BLURRED, REJECTED, REVIEW, Story

ROOT = Path(bounties.__file__).parent.parent
SOURCES = ROOT / "bounties", ROOT / "market" / "payments", ROOT / "market" / "webhooks"


def tell_a_long_story(story: Story) -> None:
    bounty = story.post(slots=4, private_note="PRIVATE-NOTE", metadata={"m": "PRIVATE-METADATA"})
    story.claim(bounty, story.new_scout())
    claim = story.claim(bounty)
    operations.extend(scout=story.scout, claim_id=claim.id, at=story.at)
    operations.arrive(scout=story.scout, claim_id=claim.id, at=story.at)
    story.judge(story.submit(claim), BLURRED)
    accepted = story.judge(story.submit(claim), ACCEPTED)
    contested = operations.dispute(
        buyer=story.buyer, submission_id=accepted.id, ground_code="answer_wrong", note="Look.", at=story.at
    )
    operations.answer(account=story.scout, dispute_id=contested.id, text="I looked.", at=story.at)
    operations.rule(
        operator=story.operator, dispute_id=contested.id, ruling=Ruling.FOR_SCOUT, reason="Ok.", at=story.at
    )
    rejected = story.handed_in(bounty, REVIEW, story.other_scout)
    operations.reject(buyer=story.buyer, submission_id=rejected.id, ground_code="not_shown", note="Where?", at=story.at)
    operations.cancel(buyer=story.buyer, bounty_id=bounty.id, at=story.at)
    story.wait(days=3)
    payout = request_payout(scout=story.scout, at=story.at)
    send_payout(payout_id=payout.id, at=story.at)


def test_every_event_told_is_in_the_catalogue_and_fits_its_schema(story: Story) -> None:
    tell_a_long_story(story)
    told = list(Event.objects.all())
    assert len({event.type for event in told}) > 20
    for event in told:
        jsonschema.validate(event.data, events.CATALOGUE[event.type].schema())
        side = "buyer" if event.account.kind == "agent" else "scout"
        assert events.CATALOGUE[event.type].told in (side, "both")


def test_every_type_of_the_catalogue_is_told_somewhere() -> None:
    source = "".join(path.read_text() for folder in SOURCES for path in folder.rglob("*.py"))
    names = {name for name, value in vars(events).items() if getattr(value, "name", None) in events.CATALOGUE}
    assert len(names) == len(events.OWN)
    unused = {name for name in names if len(re.findall(rf"events\.{name}\b", source)) == 0}
    assert unused == set()


def test_no_side_learns_who_the_other_is(story: Story) -> None:
    person = Scout.objects.get(account=story.scout).user
    Agent.objects.create(account=story.buyer, name="SECRET-AGENT", contact="SECRET-CONTACT", claim_hash=b"1" * 32)
    tell_a_long_story(story)
    to_buyer = json.dumps(list(Event.objects.filter(account=story.buyer).values_list("data", flat=True)))
    to_scouts = json.dumps(list(Event.objects.exclude(account=story.buyer).values_list("data", flat=True)))
    for secret in (story.scout.id, story.scout.id.hex, person.id, person.email, "52.521", "13.406"):
        assert str(secret) not in to_buyer
    for secret in (story.buyer.id, "PRIVATE", "SECRET"):
        assert str(secret) not in to_scouts
    assert "PRIVATE" not in to_buyer


def test_a_version_is_told_for_every_change_and_none_twice_for_two_changes(story: Story) -> None:
    tell_a_long_story(story)
    feed = Event.objects.filter(account=story.buyer, data__has_key="version").order_by("position")
    versions = list(feed.values_list("data__version", flat=True))
    assert versions == sorted(versions)
    assert versions[0] == 1


def test_what_does_not_fit_its_type_is_not_told(story: Story) -> None:
    with pytest.raises(WrongData):
        events.RESULT_FINAL.tell(story.buyer.id, story.at, scout=str(story.scout.id))


def test_what_is_refused_tells_nothing(story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    before = Event.objects.count()
    with pytest.raises(Exception, match="A ground is one of"):
        operations.appeal(scout=story.scout, submission_id=submission.id, ground_code="no", at=story.at)
    assert (Event.objects.count(), Dispute.objects.count()) == (before, 0)
