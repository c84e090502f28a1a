"""What may still be changed, and from when on it may not."""

from datetime import timedelta
from typing import Any

import pytest

from bounties import operations
from bounties.drafts import WindowOutOfBounds
from bounties.models import Bounty
from bounties.operations.editing import AlreadyReliedUpon, NewWordsNeedScreening
from bounties.operations.locking import NoSuchBounty
from bounties.operations.posting import RefusedByScreening
from bounties.reading import UnknownField
from market.events.models import Event
from market.transitions import WrongState
from tests.integration.bounties.story import Story


def edit(story: Story, bounty: Bounty, **changes: Any) -> Bounty:
    return operations.edit(buyer=story.buyer, bounty_id=bounty.id, changes=changes, at=story.at)


def test_words_can_be_mended_until_the_first_claim(story: Story) -> None:
    bounty = edit(story, story.post(), title="Is the other bakery open?", questions=["Open?"], criteria=[])
    bounty.refresh_from_db()
    assert (bounty.title, bounty.questions[0]["text"], bounty.criteria) == ("Is the other bakery open?", "Open?", [])
    assert bounty.version == 2
    story.claim(bounty)
    with pytest.raises(AlreadyReliedUpon):
        edit(story, bounty, title="Is the third bakery open?")


def test_the_window_can_be_made_longer_and_not_shorter(story: Story) -> None:
    bounty = story.post()
    story.claim(bounty)
    later = story.at + timedelta(hours=12)
    bounty = edit(story, bounty, closes_at=later.isoformat())
    bounty.refresh_from_db()
    assert (bounty.closes_at, bounty.due_at) == (later, later)
    with pytest.raises(AlreadyReliedUpon):
        edit(story, bounty, closes_at=(story.at + timedelta(hours=11)).isoformat())
    with pytest.raises(WindowOutOfBounds):
        edit(story, bounty, closes_at=(story.at + timedelta(days=91)).isoformat())


def test_own_notes_can_be_changed_even_when_it_has_ended(story: Story) -> None:
    bounty = story.post()
    operations.cancel(buyer=story.buyer, bounty_id=bounty.id, at=story.at)
    bounty = edit(story, bounty, private_note="was a holiday", metadata={"done": "yes"})
    bounty.refresh_from_db()
    assert (bounty.private_note, bounty.metadata) == ("was a holiday", {"done": "yes"})
    with pytest.raises(WrongState):
        edit(story, bounty, title="x")


def test_the_event_names_the_fields_and_not_what_is_in_them(story: Story) -> None:
    edit(story, story.post(), private_note="secret", title="Open?")
    edited = Event.objects.get(account=story.buyer, type="bounty.edited")
    assert edited.data["fields"] == ["private_note", "title"]
    assert "secret" not in str(edited.data)


def test_new_words_are_screened_like_the_first(story: Story) -> None:
    bounty = story.post()
    with pytest.raises(RefusedByScreening):
        edit(story, bounty, title="Follow her")
    with pytest.raises(NewWordsNeedScreening):
        edit(story, bounty, title="Is anybody at home?")
    poor = story.new_buyer(dollars=0)
    waiting = story.post(poor, title="Is anybody at home?")
    operations.allow(operator=story.operator, bounty_id=waiting.id, reason="Fine.", at=story.at)
    waiting = operations.edit(
        buyer=poor, bounty_id=waiting.id, changes={"title": "Read the license plate"}, at=story.at
    )
    waiting.refresh_from_db()
    assert waiting.state == "screening"


def test_what_others_rely_on_is_no_field_of_an_edit(story: Story) -> None:
    bounty = story.post()
    for field in ("reward", "slots", "place", "proof", "state"):
        with pytest.raises(UnknownField):
            edit(story, bounty, **{field: "x"})


def test_another_buyer_finds_nothing_to_edit(story: Story) -> None:
    with pytest.raises(NoSuchBounty):
        operations.edit(buyer=story.other_buyer, bounty_id=story.post().id, changes={}, at=story.at)
