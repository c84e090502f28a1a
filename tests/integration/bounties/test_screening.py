"""An operator allows or refuses; what is allowed is funded, now or later."""

from typing import Any

import pytest

from bounties import drafts, operations
from bounties.models import Bounty, OperatorAction, Slot
from bounties.operations.locking import NoSuchBounty, OperatorsOnly
from bounties.policies.claims import WindowOver
from bounties.text import TextTooShort
from market.accounts.models import Account, ApiKey
from market.ids import new_id
from market.ledger import rules
from market.ledger.operations import InsufficientFunds, Spender, post
from market.ledger.policies import SpendingLimits
from market.transitions import WrongState
from tests.integration.bounties.story import DOLLAR, TEST, Story, body

DOUBTFUL = "Is anybody at home?"


def allow(story: Story, bounty: Bounty) -> Bounty:
    return operations.allow(operator=story.operator, bounty_id=bounty.id, reason="A shop, not a home.", at=story.at)


def top_up(story: Story, buyer: Account, dollars: int) -> None:
    post([rules.faucet(book=TEST, agent_id=buyer.id, grant_id=new_id(), amount_micros=dollars * DOLLAR)], at=story.at)


def test_an_allowed_bounty_is_held_and_open(story: Story) -> None:
    bounty = allow(story, story.post(title=DOUBTFUL, slots=2))
    assert (bounty.state, bounty.version, story.held(bounty)) == ("open", 2, 5_500_000)
    assert story.slot_states(bounty) == ["open", "open"]
    assert story.told(story.buyer) == ["bounty.screening", "bounty.opened"]
    assert OperatorAction.objects.get().reason == "A shop, not a home."


def test_an_allowed_bounty_without_money_waits_for_it(story: Story) -> None:
    poor = story.new_buyer(dollars=0)
    bounty = allow(story, story.post(poor, title=DOUBTFUL))
    assert (bounty.state, bounty.version, Slot.objects.count()) == ("unfunded", 2, 0)
    with pytest.raises(InsufficientFunds):
        operations.fund(buyer=poor, bounty_id=bounty.id, at=story.at)
    assert Slot.objects.count() == 0
    top_up(story, poor, 5)
    bounty = operations.fund(buyer=poor, bounty_id=bounty.id, at=story.at)
    assert (bounty.state, bounty.version, story.held(bounty)) == ("open", 3, 2_750_000)
    assert story.told(poor) == ["bounty.screening", "bounty.unfunded", "bounty.opened"]


def test_a_bounty_posted_with_a_key_is_funded_only_under_its_limits(story: Story) -> None:
    def allowed(**changes: Any) -> str:
        key = ApiKey.objects.create(
            account=story.buyer, mode="test", secret_hash=new_id().bytes * 2, **{"scopes": ["post"], **changes}
        )
        draft = drafts.read(body(story.at, title=DOUBTFUL), at=story.at)
        spender = Spender(key.id, SpendingLimits())
        bounty = operations.post(buyer=story.buyer, draft=draft, at=story.at, spender=spender)
        return allow(story, bounty).state

    assert allowed() == "open"
    assert allowed(per_day_micros=5 * DOLLAR) == "open"
    assert allowed(per_call_micros=1 * DOLLAR) == "unfunded"
    assert allowed(revoked_at=story.at) == "unfunded"
    assert allowed(expires_at=story.at) == "unfunded"
    assert allowed(scopes=["read", "money"]) == "unfunded"


@pytest.mark.parametrize("key_ended", [False, True])
def test_what_is_over_is_not_allowed_any_more(story: Story, key_ended: bool) -> None:
    """Also where there would be no asking for its money."""
    draft = drafts.read(body(story.at, title=DOUBTFUL), at=story.at)
    ended = Spender(new_id(), SpendingLimits()) if key_ended else None
    bounty = operations.post(buyer=story.buyer, draft=draft, at=story.at, spender=ended)
    story.at = draft.closes_at  # no sweep has been there yet
    with pytest.raises(WindowOver):
        allow(story, bounty)
    bounty.refresh_from_db()
    assert (bounty.state, OperatorAction.objects.count()) == ("screening", 0)


def test_a_refused_bounty_ends_with_the_reason_told(story: Story) -> None:
    bounty = operations.refuse(
        operator=story.operator, bounty_id=story.post(title=DOUBTFUL).id, reason="It is a home.", at=story.at
    )
    assert (bounty.state, bounty.ended_at) == ("refused", story.at)
    assert story.told(story.buyer) == ["bounty.screening", "bounty.refused"]


def test_what_was_answered_is_not_answered_again(story: Story) -> None:
    bounty = story.post(title=DOUBTFUL)
    allow(story, bounty)
    with pytest.raises(WrongState):
        allow(story, bounty)
    with pytest.raises(WrongState):
        operations.refuse(operator=story.operator, bounty_id=bounty.id, reason="No.", at=story.at)
    with pytest.raises(WrongState):
        operations.fund(buyer=story.buyer, bounty_id=bounty.id, at=story.at)


def test_nothing_is_done_without_a_reason(story: Story) -> None:
    bounty = story.post(title=DOUBTFUL)
    with pytest.raises(TextTooShort):
        operations.refuse(operator=story.operator, bounty_id=bounty.id, reason=" ", at=story.at)
    bounty.refresh_from_db()
    assert bounty.state == "screening"


def test_who_is_no_operator_any_more_answers_nothing(story: Story) -> None:
    bounty = story.post(title=DOUBTFUL)
    story.operator.user.is_active = False
    story.operator.user.save()
    with pytest.raises(OperatorsOnly):
        allow(story, bounty)


def test_only_its_buyer_funds_a_bounty(story: Story) -> None:
    poor = story.new_buyer(dollars=0)
    bounty = allow(story, story.post(poor, title=DOUBTFUL))
    with pytest.raises(NoSuchBounty):
        operations.fund(buyer=story.other_buyer, bounty_id=bounty.id, at=story.at)


def test_what_nobody_answers_or_funds_expires_with_its_window(story: Story) -> None:
    waiting = story.post(title=DOUBTFUL)
    poor = story.new_buyer(dollars=0)
    unfunded = allow(story, story.post(poor, title=DOUBTFUL))
    story.wait(hours=6)
    assert set(Bounty.objects.filter(pk__in=[waiting.pk, unfunded.pk]).values_list("state", flat=True)) == {"expired"}
    assert story.told(poor)[-1] == "bounty.expired"
