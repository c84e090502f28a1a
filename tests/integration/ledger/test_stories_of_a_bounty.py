"""Stories of money, from a top-up to a payout. Each ends in the balances that anybody can add up by hand."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from market.ids import new_id
from market.ledger import rules
from market.ledger.policies import SlotPrice
from market.ledger.postings import AccountKind, AccountRef
from market.ledger.queries import agent_balance, balance, scout_balance
from tests.integration.ledger.conftest import DOLLAR, PRICE, TEST, post_one

FEES = AccountRef(TEST, AccountKind.PLATFORM_FEE)
FAUCET = AccountRef(TEST, AccountKind.FAUCET)
LOSS = AccountRef(TEST, AccountKind.DISPUTE_LOSS)

Check = Callable[[], None]


class Story:
    """One bounty of one agent and one scout, told step by step."""

    def __init__(self, agent_id: UUID, scout_id: UUID, *, slots: int = 1, price: SlotPrice = PRICE) -> None:
        self.agent_id, self.scout_id, self.price = agent_id, scout_id, price
        self.bounty_id = new_id()
        self.hold = rules.hold(book=TEST, agent_id=agent_id, bounty_id=self.bounty_id, slots=slots, price=price)
        post_one(self.hold)

    def award(self, *, blocked: bool = False, slot_id: UUID | None = None) -> UUID:
        submission_id = new_id()
        rule = rules.award_blocked if blocked else rules.award
        post_one(
            rule(
                book=TEST,
                agent_id=self.agent_id,
                bounty_id=self.bounty_id,
                slot_id=slot_id or new_id(),
                submission_id=submission_id,
                scout_id=self.scout_id,
                price=self.price,
            )
        )
        return submission_id

    def release(self, micros: int, *slot_ids: UUID) -> None:
        post_one(
            rules.release(
                book=TEST,
                agent_id=self.agent_id,
                bounty_id=self.bounty_id,
                release_id=new_id(),
                amount_micros=micros,
                slot_ids=slot_ids,
            )
        )

    def settle(self, submission_id: UUID, micros: int) -> None:
        post_one(rules.settle(book=TEST, scout_id=self.scout_id, submission_id=submission_id, amount_micros=micros))

    def ends_with(self, *, agent: tuple[float, float], scout: tuple[float, float, float], fees: float) -> None:
        """In dollars: (available, held) of the agent, (pending, available, in flight) of the scout, our fees."""
        for_agent = agent_balance(TEST, self.agent_id)
        for_scout = scout_balance(TEST, self.scout_id)
        assert (for_agent.available_micros, for_agent.held_micros) == tuple(
            round(dollars * DOLLAR) for dollars in agent
        )
        assert (for_scout.pending_micros, for_scout.available_micros, for_scout.in_flight_micros) == tuple(
            round(dollars * DOLLAR) for dollars in scout
        )
        assert balance(FEES) == round(fees * DOLLAR)


def test_a_held_reward_is_set_aside_with_the_fee_on_top(ann: UUID, ben: UUID, balanced: Check) -> None:
    Story(ann, ben, slots=3).ends_with(agent=(1.75, 8.25), scout=(0, 0, 0), fees=0)
    balanced()


def test_an_accepted_submission_pays_the_scout_and_the_house(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    story.award()
    story.ends_with(agent=(7.25, 0), scout=(2.50, 0, 0), fees=0.25)
    balanced()


def test_a_blocked_scout_gets_the_blocked_reward_and_the_rest_goes_back(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    story.award(blocked=True)
    story.ends_with(agent=(9.175, 0), scout=(0.75, 0, 0), fees=0.075)
    balanced()


def test_a_cancelled_bounty_gives_everything_back(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben, slots=2)
    story.release(5_500_000, new_id(), new_id())
    story.ends_with(agent=(10, 0), scout=(0, 0, 0), fees=0)
    balanced()


def test_a_bounty_with_one_of_three_slots_filled_gives_two_back(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben, slots=3)
    story.award()
    story.release(5_500_000)
    story.ends_with(agent=(7.25, 0), scout=(2.50, 0, 0), fees=0.25)
    balanced()


def test_a_reward_raised_later_is_held_later(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    post_one(
        rules.add_to_hold(book=TEST, agent_id=ann, bounty_id=story.bounty_id, change_id=new_id(), amount_micros=550_000)
    )
    story.price = SlotPrice(reward_micros=3_000_000, blocked_reward_micros=900_000)
    story.award()
    story.ends_with(agent=(6.70, 0), scout=(3.00, 0, 0), fees=0.30)
    balanced()


def test_a_payout_takes_the_money_out_of_the_house(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    story.settle(story.award(), 2_500_000)
    payout: dict[str, Any] = {"book": TEST, "scout_id": ben, "payout_id": new_id(), "amount_micros": 2_000_000}
    post_one(rules.reserve_payout(**payout))
    story.ends_with(agent=(7.25, 0), scout=(0, 0.50, 2.00), fees=0.25)
    post_one(rules.finish_payout(**payout))
    story.ends_with(agent=(7.25, 0), scout=(0, 0.50, 0), fees=0.25)
    assert balance(FAUCET) == -8 * DOLLAR
    balanced()


def test_a_payout_that_failed_comes_back(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    story.settle(story.award(), 2_500_000)
    payout: dict[str, Any] = {"book": TEST, "scout_id": ben, "payout_id": new_id(), "amount_micros": 2_500_000}
    post_one(rules.reserve_payout(**payout))
    post_one(rules.return_payout(**payout))
    story.ends_with(agent=(7.25, 0), scout=(0, 2.50, 0), fees=0.25)
    balanced()


def test_a_paid_payout_that_a_bank_sent_back_is_available_again(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    story.settle(story.award(), 2_500_000)
    payout: dict[str, Any] = {"book": TEST, "scout_id": ben, "payout_id": new_id(), "amount_micros": 2_500_000}
    for rule in (rules.reserve_payout, rules.finish_payout):
        post_one(rule(**payout))
    post_one(rules.take_back_paid_payout(**payout, reversal="trr_1"))
    story.ends_with(agent=(7.25, 0), scout=(0, 2.50, 0), fees=0.25)
    balanced()


def test_a_buyer_who_wins_while_the_reward_is_pending_gets_all_of_it_back(
    ann: UUID, ben: UUID, balanced: Check
) -> None:
    story = Story(ann, ben)
    submission_id = story.award()
    post_one(
        rules.rule_for_buyer(
            book=TEST,
            agent_id=ann,
            scout_id=ben,
            submission_id=submission_id,
            reward_micros=PRICE.reward_micros,
            fee_micros=PRICE.fee_micros,
        )
    )
    story.ends_with(agent=(10, 0), scout=(0, 0, 0), fees=0)
    balanced()


def test_a_buyer_who_wins_after_the_payout_is_paid_by_the_house(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    submission_id = story.award()
    story.settle(submission_id, 2_500_000)
    post_one(
        rules.compensate_buyer(
            book=TEST,
            agent_id=ann,
            submission_id=submission_id,
            reward_micros=PRICE.reward_micros,
            fee_micros=PRICE.fee_micros,
        )
    )
    story.ends_with(agent=(10, 0), scout=(0, 2.50, 0), fees=0)
    assert balance(LOSS) == -2_500_000
    balanced()


def test_an_appeal_won_late_is_paid_by_the_house_and_not_by_the_buyer(ann: UUID, ben: UUID, balanced: Check) -> None:
    story = Story(ann, ben)
    story.award()  # the slot, filled again
    late_id = new_id()
    post_one(rules.compensate_scout(book=TEST, scout_id=ben, submission_id=late_id, reward_micros=PRICE.reward_micros))
    story.settle(late_id, 2_500_000)
    story.ends_with(agent=(7.25, 0), scout=(2.50, 2.50, 0), fees=0.25)
    assert balance(LOSS) == -2_500_000
    balanced()


def test_balance_never_spent_is_refunded(ann: UUID, balanced: Check) -> None:
    refund: dict[str, Any] = {"book": TEST, "agent_id": ann, "refund_id": new_id(), "amount_micros": 4 * DOLLAR}
    post_one(rules.refund(**refund))
    assert agent_balance(TEST, ann).available_micros == 6 * DOLLAR
    post_one(rules.return_refund(**refund))
    assert agent_balance(TEST, ann).available_micros == 10 * DOLLAR
    balanced()


@pytest.mark.parametrize("reward_micros", [50_000, 1, 3, 999_999, 3_333_333])
def test_no_micro_is_lost_of_an_odd_reward(ann: UUID, ben: UUID, balanced: Check, reward_micros: int) -> None:
    price = SlotPrice(reward_micros=reward_micros, blocked_reward_micros=reward_micros // 3)
    story = Story(ann, ben, slots=2, price=price)
    story.award()
    story.award(blocked=True)
    everywhere = [
        agent_balance(TEST, ann).available_micros,
        scout_balance(TEST, ben).pending_micros,
        balance(FEES),
    ]
    assert sum(everywhere) == 10 * DOLLAR
    assert agent_balance(TEST, ann).held_micros == 0
    balanced()
