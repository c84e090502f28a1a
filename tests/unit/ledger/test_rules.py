"""The rules: each one's example, and that no micro is lost whatever the reward and the fee."""

import doctest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.errors import DomainError
from market.ids import new_id
from market.ledger import charges, house, policies, rules
from market.ledger.policies import SlotPrice
from market.ledger.postings import (
    AccountKind,
    AccountRef,
    AmountOutOfRange,
    Book,
    EntryKind,
    NewEntry,
    NewLine,
    UnknownBook,
)
from market.money import LARGEST_MICROS, NotWholeCents, format_micros

TEST, LIVE = Book("test"), Book("live")
ANN, BEN, ID = new_id(), new_id(), new_id()
PRICE = SlotPrice(reward_micros=2_500_000, blocked_reward_micros=750_000)
SLOT: dict[str, Any] = {
    "book": TEST,
    "agent_id": ANN,
    "bounty_id": ID,
    "slot_id": ID,
    "submission_id": ID,
    "scout_id": BEN,
}
EVERY_AMOUNT_RULE: dict[Any, dict[str, Any]] = {
    rules.faucet: {"agent_id": ANN, "grant_id": ID},
    rules.top_up: {"agent_id": ANN, "payment": "pi_1"},
    rules.refund: {"agent_id": ANN, "refund_id": ID},
    rules.return_refund: {"agent_id": ANN, "refund_id": ID},
    rules.add_to_hold: {"agent_id": ANN, "bounty_id": ID, "change_id": ID},
    rules.release: {"agent_id": ANN, "bounty_id": ID, "release_id": ID},
    rules.settle: {"scout_id": BEN, "submission_id": ID},
    rules.reserve_payout: {"scout_id": BEN, "payout_id": ID},
    rules.finish_payout: {"scout_id": BEN, "payout_id": ID},
    rules.return_payout: {"scout_id": BEN, "payout_id": ID},
    rules.take_back_paid_payout: {"scout_id": BEN, "payout_id": ID, "reversal": "trr_1"},
}
THROUGH_STRIPE = [rule for rule in EVERY_AMOUNT_RULE if "payout" in rule.__name__ or "refund" in rule.__name__]

rewards = st.integers(min_value=1, max_value=10**11)


@st.composite
def prices(draw: st.DrawFn) -> SlotPrice:
    reward = draw(rewards)
    return SlotPrice(reward, draw(st.integers(0, reward)), draw(st.integers(0, 10_000)))


def _show(entry: NewEntry) -> None:
    print(", ".join(f"{line.account.kind} {format_micros(line.amount_micros)}" for line in entry.lines))


@pytest.mark.parametrize("module", [charges, rules, house, policies])
def test_every_example_in_the_docstrings_is_true(module: Any) -> None:
    names = {"_show": _show, "TEST": TEST, "LIVE": LIVE, "ANN": ANN, "BEN": BEN, "ID": ID, "PRICE": PRICE, "SLOT": SLOT}
    names["PAID"] = {"reward_micros": PRICE.reward_micros, "fee_micros": PRICE.fee_micros}
    outcome = doctest.testmod(module, extraglobs=names)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@given(prices())
def test_an_award_uses_up_exactly_one_slots_hold(price: SlotPrice) -> None:
    hold = rules.hold(book=TEST, agent_id=ANN, bounty_id=ID, slots=1, price=price)
    for award in (rules.award(**SLOT, price=price), rules.award_blocked(**SLOT, price=price)):
        assert sum(line.amount_micros for line in award.lines) == 0
        assert _moved(award, AccountKind.BOUNTY_HELD) == -_moved(hold, AccountKind.BOUNTY_HELD)


@given(prices(), st.integers(2, 1_000))
def test_slots_cost_the_same_together_and_one_by_one(price: SlotPrice, slots: int) -> None:
    together = rules.hold(book=TEST, agent_id=ANN, bounty_id=ID, slots=slots, price=price)
    assert _moved(together, AccountKind.BOUNTY_HELD) == price.total_micros * slots


@given(prices())
def test_a_blocked_answer_never_costs_more_than_a_full_one(price: SlotPrice) -> None:
    blocked = rules.award_blocked(**SLOT, price=price)
    assert 0 <= _moved(blocked, AccountKind.PLATFORM_FEE) <= price.fee_micros
    assert _moved(blocked, AccountKind.AGENT_AVAILABLE) >= 0
    assert _moved(blocked, AccountKind.SCOUT_PENDING) == price.blocked_reward_micros


@given(prices())
def test_a_fee_is_never_below_its_rate_and_never_a_micro_above(price: SlotPrice) -> None:
    exact = price.reward_micros * price.fee_basis_points
    assert exact <= price.fee_micros * 10_000 < exact + 10_000


@given(prices())
def test_a_ruling_for_the_buyer_undoes_the_award(price: SlotPrice) -> None:
    award = rules.award(**SLOT, price=price)
    ruling = rules.rule_for_buyer(
        book=TEST,
        agent_id=ANN,
        scout_id=BEN,
        submission_id=ID,
        reward_micros=price.reward_micros,
        fee_micros=price.fee_micros,
    )
    for kind in (AccountKind.SCOUT_PENDING, AccountKind.PLATFORM_FEE):
        assert _moved(award, kind) + _moved(ruling, kind) == 0
    assert _moved(ruling, AccountKind.AGENT_AVAILABLE) == price.total_micros


@pytest.mark.parametrize("rule", EVERY_AMOUNT_RULE, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("amount", [0, -1, -0.0, LARGEST_MICROS + 1, 10**30, 2.5, float("nan"), "2.50", None, True])
def test_a_rule_refuses_what_is_not_an_amount(rule: Any, amount: object) -> None:
    with pytest.raises(AmountOutOfRange) as refused:
        rule(book=TEST, amount_micros=amount, **EVERY_AMOUNT_RULE[rule])
    assert refused.value.param == "amount"
    assert refused.value.fix


@pytest.mark.parametrize("rule", [*THROUGH_STRIPE, rules.top_up], ids=lambda rule: rule.__name__)
def test_what_goes_through_stripe_is_whole_cents(rule: Any) -> None:
    with pytest.raises(NotWholeCents):
        rule(book=TEST, amount_micros=10_001, **EVERY_AMOUNT_RULE[rule])


@pytest.mark.parametrize("slots", [0, -1, 1.5, None, 10**15])
def test_a_hold_refuses_a_number_of_slots_that_is_none(slots: Any) -> None:
    with pytest.raises(DomainError):
        rules.hold(book=TEST, agent_id=ANN, bounty_id=ID, slots=slots, price=PRICE)


@pytest.mark.parametrize(("mode", "currency"), [("prod", "USD"), ("test", "EUR"), ("", ""), ("TEST", "USD")])
def test_a_book_is_of_a_known_mode_and_currency(mode: Any, currency: str) -> None:
    with pytest.raises(UnknownBook):
        Book(mode, currency)


def test_the_faucet_has_no_live_money() -> None:
    with pytest.raises(UnknownBook):
        rules.faucet(book=LIVE, agent_id=ANN, grant_id=ID, amount_micros=1)


def test_an_entry_of_two_modes_cannot_be_made() -> None:
    lines = (NewLine(rules.agent_available(TEST, ANN), -1), NewLine(rules.agent_available(LIVE, ANN), 1))
    with pytest.raises(UnknownBook):
        NewEntry(EntryKind.HOLD, "hold:x", TEST, lines)


@pytest.mark.parametrize("amounts", [(), (0,), (1,), (1, 1), (-2, 1)])
def test_an_entry_that_does_not_add_up_cannot_be_made(amounts: tuple[int, ...]) -> None:
    accounts = (rules.agent_available(TEST, ANN), rules.scout_pending(TEST, BEN))
    lines = tuple(NewLine(account, amount) for account, amount in zip(accounts, amounts, strict=False))
    with pytest.raises(ValueError, match="add up to nothing"):
        NewEntry(EntryKind.HOLD, "hold:x", TEST, lines)


def test_an_account_stands_in_one_line_of_an_entry() -> None:
    account = rules.agent_available(TEST, ANN)
    with pytest.raises(ValueError, match="one line"):
        NewEntry(EntryKind.HOLD, "hold:x", TEST, (NewLine(account, -1), NewLine(account, 1)))


@pytest.mark.parametrize("key", ["", "x" * 121, "a\0b"])
def test_a_business_key_fits_its_column(key: str) -> None:
    lines = (NewLine(rules.agent_available(TEST, ANN), -1), NewLine(rules.scout_pending(TEST, BEN), 1))
    with pytest.raises(ValueError, match="business key"):
        NewEntry(EntryKind.HOLD, key, TEST, lines)


def test_every_account_has_an_id_of_its_own_and_always_the_same() -> None:
    other = new_id()
    accounts = [
        AccountRef(book, kind, owner, subject)
        for book in (TEST, LIVE)
        for owner in (ANN, BEN)
        for kind, subject in [
            (AccountKind.AGENT_AVAILABLE, None),
            (AccountKind.SCOUT_PENDING, None),
            (AccountKind.BOUNTY_HELD, ID),
            (AccountKind.BOUNTY_HELD, other),
            (AccountKind.PAYOUT_IN_FLIGHT, ID),
        ]
    ] + [
        AccountRef(TEST, AccountKind.FAUCET),
        AccountRef(TEST, AccountKind.SUSPENSE),
        AccountRef(LIVE, AccountKind.SUSPENSE),
    ]
    assert len({account.id for account in accounts}) == len(accounts)
    assert [AccountRef(a.book, a.kind, a.owner, a.subject).id for a in accounts] == [a.id for a in accounts]
    assert {account.id.version for account in accounts} == {8}


@pytest.mark.parametrize(
    ("kind", "owner", "subject"),
    [
        (AccountKind.AGENT_AVAILABLE, None, None),
        (AccountKind.PLATFORM_FEE, ANN, None),
        (AccountKind.BOUNTY_HELD, ANN, None),
        (AccountKind.SCOUT_PENDING, BEN, ID),
    ],
)
def test_an_account_is_made_of_what_its_kind_says(kind: AccountKind, owner: Any, subject: Any) -> None:
    with pytest.raises(ValueError, match="is not made of"):
        AccountRef(TEST, kind, owner, subject)


def _moved(entry: NewEntry, kind: AccountKind) -> int:
    return sum(line.amount_micros for line in entry.lines if line.account.kind is kind)
