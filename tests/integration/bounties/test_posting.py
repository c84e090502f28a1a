"""Posting: held and open, held back for a person, or refused; and what it would cost."""

from datetime import timedelta
from typing import Any

import pytest

from bounties import drafts, operations
from bounties.drafts import Draft
from bounties.models import Bounty, Slot
from bounties.operations.posting import AgentsOnly, BatchTooLarge, RefusedByScreening
from bounties.screening import Outcome
from market.events.models import Event
from market.ids import new_id
from market.ledger.models import Entry
from market.ledger.operations import InsufficientFunds, Spender, SpendingLimitReached
from market.ledger.policies import SpendingLimits
from tests.integration.bounties.story import DOLLAR, Story, body


def draft(story: Story, **changes: Any) -> Draft:
    return drafts.read(body(story.at, **changes), at=story.at)


def test_an_allowed_draft_is_held_and_open_at_once(story: Story) -> None:
    bounty = story.post(slots=3, private_note="for me", metadata={"job": "7"})
    assert (bounty.state, bounty.version, bounty.free_slots, bounty.unfinished_slots) == ("open", 1, 3, 3)
    assert story.held(bounty) == 3 * 2_750_000
    assert story.slot_states(bounty) == ["open", "open", "open"]
    opened = Event.objects.get(account=story.buyer)
    assert (opened.type, opened.data["version"], opened.data["total"]) == ("bounty.opened", 1, "8.25")


def test_a_doubtful_draft_waits_for_a_person_and_holds_nothing(story: Story) -> None:
    bounty = story.post(title="Is anybody at home?")
    assert (bounty.state, story.held(bounty), story.slot_states(bounty)) == ("screening", 0, [])
    assert story.available() == 1_000 * DOLLAR
    event = Event.objects.get(account=story.buyer)
    assert (event.type, event.data["rules"]) == ("bounty.screening", ["private_home"])


def test_a_refused_draft_leaves_nothing_behind_but_the_findings(story: Story) -> None:
    with pytest.raises(RefusedByScreening) as refused:
        story.post(title="Follow her home")
    assert refused.value.param == "/title"
    assert [finding["rule"] for finding in refused.value.facts["findings"]] == ["following_a_person"]
    assert Bounty.objects.count() == Event.objects.count() == 0


def test_without_the_money_there_is_no_bounty(story: Story) -> None:
    poor = story.new_buyer(dollars=2)
    with pytest.raises(InsufficientFunds):
        story.post(poor)
    assert Bounty.objects.count() == Slot.objects.count() == 0
    assert story.available(poor) == 2 * DOLLAR


def test_a_key_spends_no_more_than_its_limit(story: Story) -> None:
    spender = Spender(new_id(), SpendingLimits(per_day_micros=5 * DOLLAR))
    post = {"buyer": story.buyer, "draft": draft(story), "at": story.at, "spender": spender}
    assert operations.post(**post).posted_by == spender.key_id  # type: ignore[arg-type]
    with pytest.raises(SpendingLimitReached):
        operations.post(**post)  # type: ignore[arg-type]
    assert Bounty.objects.count() == 1


def test_scouts_do_not_post(story: Story) -> None:
    with pytest.raises(AgentsOnly):
        operations.post(buyer=story.scout, draft=draft(story), at=story.at)


def test_a_quote_says_what_posting_would_do_and_does_nothing(story: Story) -> None:
    quote = operations.quote(draft(story, slots=2, blocked_reward="1.00"))
    assert (quote.price.fee_micros, quote.total_micros, quote.screening.outcome) == (250_000, 5_500_000, Outcome.ALLOW)
    assert quote.price.blocked_total_micros == 1_100_000
    assert operations.quote(draft(story, title="Follow her")).screening.outcome is Outcome.REFUSE
    assert Bounty.objects.count() == Entry.objects.filter(kind="hold").count() == 0


def test_a_batch_is_posted_whole(story: Story) -> None:
    posted = operations.post_all(buyer=story.buyer, drafts=[draft(story)] * 20, at=story.at)
    assert [bounty.state for bounty in posted] == ["open"] * 20
    assert story.available() == 1_000 * DOLLAR - 20 * 2_750_000


def test_a_batch_that_breaks_anywhere_is_posted_nowhere(story: Story) -> None:
    with pytest.raises(RefusedByScreening):
        operations.post_all(buyer=story.buyer, drafts=[draft(story), draft(story, title="Follow her")], at=story.at)
    with pytest.raises(InsufficientFunds):
        operations.post_all(buyer=story.buyer, drafts=[draft(story, reward="600.00")] * 2, at=story.at)
    with pytest.raises(BatchTooLarge):
        operations.post_all(buyer=story.buyer, drafts=[draft(story)] * 501, at=story.at)
    with pytest.raises(BatchTooLarge):
        operations.post_all(buyer=story.buyer, drafts=[draft(story, slots=1_000, reward="0.05")] * 11, at=story.at)
    assert Bounty.objects.count() == Event.objects.count() == 0
    assert story.available() == 1_000 * DOLLAR


def test_best_effort_answers_each_draft(story: Story) -> None:
    answers = operations.post_each(
        buyer=story.buyer,
        drafts=[draft(story), draft(story, title="Follow her"), draft(story, title="Is anybody at home?")],
        at=story.at,
    )
    assert [getattr(each, "state", getattr(each, "code", None)) for each in answers] == [
        "open",
        "refused_by_screening",
        "screening",
    ]


def test_best_effort_posts_as_far_as_the_money_goes(story: Story) -> None:
    poor = story.new_buyer(dollars=6)
    answers = operations.post_each(
        buyer=poor, drafts=[draft(story), draft(story, reward="5.00"), draft(story), draft(story)], at=story.at
    )
    assert [getattr(each, "state", getattr(each, "code", None)) for each in answers] == [
        "open",
        "insufficient_funds",
        "open",
        "insufficient_funds",
    ]
    assert story.available(poor) == 6 * DOLLAR - 2 * 2_750_000
    assert story.told(poor) == ["bounty.opened"] * 2


def test_a_bounty_keeps_the_fee_that_was_shown(story: Story) -> None:
    """What was held for it is what it can cost, also after the house has changed its fee."""
    draft_ = draft(story)
    bounty = operations.post(buyer=story.buyer, draft=draft_, at=story.at)
    assert bounty.fee_basis_points * draft_.reward_micros == bounty.fee_micros * 10_000
    assert (bounty.opened_at, bounty.due_at) == (story.at, story.at + timedelta(hours=6))
