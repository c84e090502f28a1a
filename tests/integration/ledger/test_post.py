"""Posting: once per key, all or nothing, and refusals that say what is missing and leave nothing behind."""

import dataclasses
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction

from market.errors import Kind
from market.ids import new_id
from market.ledger import rules
from market.ledger.models import Entry, LedgerAccount, Line, Spending
from market.ledger.operations import (
    AlreadyEnded,
    BalanceTooLarge,
    InsufficientFunds,
    KeyReused,
    Spender,
    SpendingLimitReached,
    UnknownOwner,
    post,
)
from market.ledger.policies import SpendingLimits
from market.ledger.postings import NewEntry, UnknownBook
from market.ledger.queries import agent_balance, scout_balance
from tests.integration.ledger.conftest import AT, DOLLAR, LIVE, PRICE, TEST, an_account, funded_agent, post_one


def a_hold(agent_id: UUID, *, slots: int = 1) -> NewEntry:
    return rules.hold(book=TEST, agent_id=agent_id, bounty_id=new_id(), slots=slots, price=PRICE)


def an_award(hold: NewEntry, scout_id: UUID, *, slot_id: UUID, submission_id: UUID) -> NewEntry:
    held = hold.lines[1].account
    assert held.owner
    assert held.subject
    return rules.award(
        book=TEST,
        agent_id=held.owner,
        bounty_id=held.subject,
        slot_id=slot_id,
        submission_id=submission_id,
        scout_id=scout_id,
        price=PRICE,
    )


def everything() -> tuple[int, int, int, int]:
    return Entry.objects.count(), Line.objects.count(), LedgerAccount.objects.count(), Spending.objects.count()


def test_a_repeated_posting_answers_the_earlier_entry(ann: UUID) -> None:
    hold = a_hold(ann)
    first = post_one(hold)
    before = everything()
    again = post_one(hold)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.entry_id == first.entry_id
    assert everything() == before


def test_a_repetition_is_answered_even_when_the_money_is_gone(ann: UUID) -> None:
    hold = a_hold(ann, slots=3)
    post_one(hold)
    assert post_one(hold).repeated


def test_a_key_cannot_be_used_for_something_else(ann: UUID) -> None:
    hold = a_hold(ann)
    post_one(hold)
    other = dataclasses.replace(a_hold(ann, slots=2), key=hold.key)
    with pytest.raises(KeyReused):
        post_one(other)
    assert agent_balance(TEST, ann).held_micros == PRICE.total_micros


def test_several_entries_are_written_together_and_the_repeated_ones_are_told(ann: UUID, ben: UUID) -> None:
    known, new = a_hold(ann), a_hold(ann)
    post_one(known)
    award = an_award(new, ben, slot_id=new_id(), submission_id=new_id())
    assert [posted.repeated for posted in post([known, new, award], at=AT)] == [True, False, False]
    assert agent_balance(TEST, ann).available_micros == 10 * DOLLAR - 2 * PRICE.total_micros
    assert scout_balance(TEST, ben).pending_micros == PRICE.reward_micros


def test_of_several_entries_either_all_are_written_or_none(ann: UUID) -> None:
    before = everything()
    with pytest.raises(InsufficientFunds):
        post([a_hold(ann), a_hold(ann, slots=3)], at=AT)
    assert everything() == before


def test_entries_of_both_modes_may_be_posted_in_one_call(ann: UUID) -> None:
    live = an_account("agent", "live")
    top_up = rules.top_up(book=LIVE, agent_id=live, payment="pi_both", amount_micros=DOLLAR)
    posted = post([a_hold(ann), top_up], at=AT)
    assert [each.key for each in posted][1] == "topup:pi_both"
    assert agent_balance(LIVE, live).available_micros == DOLLAR
    assert agent_balance(TEST, live).available_micros == 0


def test_of_both_modes_either_all_are_written_or_none(ann: UUID) -> None:
    before = everything()
    with pytest.raises(InsufficientFunds):
        post([a_hold(ann), rules.refund(book=LIVE, agent_id=ann, refund_id=new_id(), amount_micros=DOLLAR)], at=AT)
    assert everything() == before


def test_a_shortage_says_what_is_missing_and_leaves_nothing_behind(ann: UUID) -> None:
    before = everything()
    with pytest.raises(InsufficientFunds) as refused:
        post_one(a_hold(ann, slots=4))
    assert everything() == before
    assert refused.value.code == "insufficient_funds"
    assert refused.value.kind is Kind.MONEY
    assert refused.value.message == "This needs 11.00, and 10.00 is there."
    assert refused.value.facts == {
        "account": "agent_available",
        "available_micros": 10_000_000,
        "needed_micros": 11_000_000,
        "missing_micros": 1_000_000,
    }


def test_an_agent_without_an_account_has_nothing(db: None) -> None:
    with pytest.raises(InsufficientFunds) as refused:
        post_one(a_hold(an_account("agent")))
    assert refused.value.facts["available_micros"] == 0
    assert everything() == (0, 0, 0, 0)


def test_after_a_refusal_the_callers_transaction_goes_on(ann: UUID) -> None:
    with transaction.atomic():
        with pytest.raises(InsufficientFunds):
            post_one(a_hold(ann, slots=4))
        post_one(a_hold(ann, slots=3))
    assert agent_balance(TEST, ann).held_micros == 3 * PRICE.total_micros


def test_nothing_is_held_back_by_a_bounty_for_more_than_its_hold(ann: UUID, ben: UUID) -> None:
    hold = a_hold(ann)
    post_one(hold)
    post_one(an_award(hold, ben, slot_id=new_id(), submission_id=new_id()))
    with pytest.raises(InsufficientFunds) as refused:
        post_one(an_award(hold, ben, slot_id=new_id(), submission_id=new_id()))
    assert refused.value.facts["account"] == "bounty_held"


def test_a_slot_is_awarded_once(ann: UUID, ben: UUID) -> None:
    hold, slot_id = a_hold(ann, slots=2), new_id()
    post_one(hold)
    post_one(an_award(hold, ben, slot_id=slot_id, submission_id=new_id()))
    with pytest.raises(AlreadyEnded) as refused:
        post_one(an_award(hold, ben, slot_id=slot_id, submission_id=new_id()))
    assert refused.value.facts["ended"].startswith("slot:slt_")
    assert scout_balance(TEST, ben).pending_micros == PRICE.reward_micros


def test_a_released_slot_is_not_awarded(ann: UUID, ben: UUID) -> None:
    hold, slot_id = a_hold(ann, slots=2), new_id()
    post_one(hold)
    held = hold.lines[1].account
    assert held.subject
    post_one(
        rules.release(
            book=TEST,
            agent_id=ann,
            bounty_id=held.subject,
            release_id=new_id(),
            amount_micros=PRICE.total_micros,
            slot_ids=[slot_id],
        )
    )
    with pytest.raises(AlreadyEnded):
        post_one(an_award(hold, ben, slot_id=slot_id, submission_id=new_id()))


def test_a_submission_is_paid_once_whoever_pays(ann: UUID, ben: UUID) -> None:
    hold, submission_id = a_hold(ann), new_id()
    post_one(hold)
    post_one(an_award(hold, ben, slot_id=new_id(), submission_id=submission_id))
    with pytest.raises(AlreadyEnded):
        post_one(rules.compensate_scout(book=TEST, scout_id=ben, submission_id=submission_id, reward_micros=2_500_000))


def test_what_is_settled_is_not_ruled_back_and_the_other_way_round(ann: UUID, ben: UUID) -> None:
    for first_is_settled in (True, False):
        hold, submission_id = a_hold(ann), new_id()
        post_one(hold)
        post_one(an_award(hold, ben, slot_id=new_id(), submission_id=submission_id))
        settle = rules.settle(book=TEST, scout_id=ben, submission_id=submission_id, amount_micros=2_500_000)
        ruling = rules.rule_for_buyer(
            book=TEST,
            agent_id=ann,
            scout_id=ben,
            submission_id=submission_id,
            reward_micros=PRICE.reward_micros,
            fee_micros=PRICE.fee_micros,
        )
        first, second = (settle, ruling) if first_is_settled else (ruling, settle)
        post_one(first)
        with pytest.raises(AlreadyEnded):
            post_one(second)


def test_a_buyer_gets_a_slots_money_back_once(ann: UUID, ben: UUID) -> None:
    hold, submission_id = a_hold(ann), new_id()
    post_one(hold)
    post_one(an_award(hold, ben, slot_id=new_id(), submission_id=submission_id))
    paid = {"reward_micros": PRICE.reward_micros, "fee_micros": PRICE.fee_micros}
    post_one(rules.rule_for_buyer(book=TEST, agent_id=ann, scout_id=ben, submission_id=submission_id, **paid))
    with pytest.raises(AlreadyEnded):
        post_one(rules.compensate_buyer(book=TEST, agent_id=ann, submission_id=submission_id, **paid))


def test_a_payout_ends_once(ann: UUID, ben: UUID) -> None:
    post_one(rules.compensate_scout(book=TEST, scout_id=ben, submission_id=new_id(), reward_micros=DOLLAR))
    submission_id, payout_id = new_id(), new_id()
    post_one(rules.compensate_scout(book=TEST, scout_id=ben, submission_id=submission_id, reward_micros=DOLLAR))
    post_one(rules.settle(book=TEST, scout_id=ben, submission_id=submission_id, amount_micros=DOLLAR))
    post_one(rules.reserve_payout(book=TEST, scout_id=ben, payout_id=payout_id, amount_micros=DOLLAR))
    post_one(rules.finish_payout(book=TEST, scout_id=ben, payout_id=payout_id, amount_micros=DOLLAR))
    with pytest.raises(AlreadyEnded):
        post_one(rules.return_payout(book=TEST, scout_id=ben, payout_id=payout_id, amount_micros=DOLLAR))


def test_an_owner_of_the_other_mode_is_none(ann: UUID) -> None:
    with pytest.raises(UnknownOwner), transaction.atomic():
        post_one(rules.top_up(book=LIVE, agent_id=ann, payment="pi_other", amount_micros=DOLLAR))
    with pytest.raises(UnknownOwner), transaction.atomic():
        post_one(rules.faucet(book=TEST, agent_id=new_id(), grant_id=new_id(), amount_micros=DOLLAR))


def test_a_balance_that_no_column_holds_is_refused(db: None) -> None:
    agent_id = an_account("agent")
    gifts = [rules.faucet(book=TEST, agent_id=agent_id, grant_id=new_id(), amount_micros=10**15) for _ in range(1_001)]
    post(gifts[:1_000], at=AT)
    with pytest.raises(BalanceTooLarge):
        post(gifts[1_000:], at=AT)


def test_a_key_is_said_once_in_a_call(ann: UUID) -> None:
    hold = a_hold(ann)
    with pytest.raises(ValueError, match="once in a call"):
        post([hold, hold], at=AT)


def test_a_strange_payment_id_is_kept_as_it_is(ann: UUID) -> None:
    strange = 'pi_"\\},{NULL \N{SNOWMAN}'
    post_one(rules.top_up(book=TEST, agent_id=ann, payment=strange, amount_micros=DOLLAR))
    assert Entry.objects.filter(key=f"topup:{strange}").count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_older_snapshot_is_refused() -> None:
    agent_id = funded_agent(10)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(Exception, match="READ COMMITTED"):
            post_one(a_hold(agent_id))
        transaction.set_rollback(True)


# --- spending limits --------------------------------------------------------------------------------------------------


def spender(**limits: int) -> Spender:
    return Spender(new_id(), SpendingLimits(**limits))


@pytest.mark.parametrize(("window", "holds"), [("per_call_micros", 0), ("per_day_micros", 1), ("per_month_micros", 2)])
def test_a_key_spends_up_to_its_limit_and_not_a_micro_more(ann: UUID, window: str, holds: int) -> None:
    limit = PRICE.total_micros * max(holds, 1)
    key = spender(**{window: limit if holds else limit - 1})
    for _ in range(holds):
        post_one(a_hold(ann), spender=key)
    before = everything()
    with pytest.raises(SpendingLimitReached) as refused:
        post_one(a_hold(ann), spender=key)
    assert everything() == before
    assert refused.value.facts == {
        "window": window.split("_")[1],
        "limit_micros": limit if holds else limit - 1,
        "spent_micros": PRICE.total_micros * holds,
        "asked_micros": PRICE.total_micros,
    }


def test_a_new_day_and_a_new_month_begin_with_nothing_spent(ann: UUID) -> None:
    day = spender(per_day_micros=PRICE.total_micros)
    month = spender(per_month_micros=PRICE.total_micros)
    post_one(rules.faucet(book=TEST, agent_id=ann, grant_id=new_id(), amount_micros=10 * DOLLAR))
    post([a_hold(ann)], at=AT, spender=day)
    post([a_hold(ann)], at=AT + timedelta(days=1), spender=day)
    post([a_hold(ann)], at=AT, spender=month)
    with pytest.raises(SpendingLimitReached):
        post([a_hold(ann)], at=AT + timedelta(days=1), spender=month)
    post([a_hold(ann)], at=AT + timedelta(days=31), spender=month)
    assert agent_balance(TEST, ann).held_micros == 4 * PRICE.total_micros


def test_a_repeated_hold_is_not_spent_again(ann: UUID) -> None:
    key, hold = spender(per_day_micros=PRICE.total_micros), a_hold(ann)
    post_one(hold, spender=key)
    assert post_one(hold, spender=key).repeated


def test_a_hold_refused_for_want_of_money_is_not_spent(ann: UUID) -> None:
    key = spender(per_day_micros=100 * DOLLAR)
    with pytest.raises(InsufficientFunds):
        post_one(a_hold(ann, slots=4), spender=key)
    assert not Spending.objects.exists()


def test_keys_do_not_spend_each_others_limits(ann: UUID) -> None:
    for _ in range(2):
        post_one(a_hold(ann), spender=spender(per_day_micros=PRICE.total_micros))


def test_what_is_spent_without_limits_counts_when_a_limit_comes(ann: UUID) -> None:
    key = spender()
    post_one(a_hold(ann), spender=key)
    limited = Spender(key.key_id, SpendingLimits(per_day_micros=PRICE.total_micros))
    with pytest.raises(SpendingLimitReached):
        post_one(a_hold(ann), spender=limited)


def test_a_key_spends_in_one_mode(ann: UUID) -> None:
    top_up = rules.top_up(book=LIVE, agent_id=an_account("agent", "live"), payment="pi_x", amount_micros=DOLLAR)
    with pytest.raises(UnknownBook):
        post([a_hold(ann), top_up], at=AT, spender=spender())
