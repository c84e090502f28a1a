"""Many at once, on real connections: nobody overdraws, nothing posts twice, nobody sees a half-written entry."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier, Event
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from market.errors import DomainError
from market.ids import new_id
from market.ledger import invariants, rules
from market.ledger.models import Entry, Spending
from market.ledger.operations import InsufficientFunds, Posted, Spender, post
from market.ledger.policies import SpendingLimits
from market.ledger.postings import AccountKind, AccountRef, NewEntry
from market.ledger.queries import agent_balance, balance, scout_balance
from tests.integration.ledger.conftest import AT, DOLLAR, PRICE, TEST, an_account, funded_agent, post_one

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def whole_books() -> Iterator[None]:
    yield
    assert invariants.faults() == []


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run the jobs in threads of their own, let go together; a refusal is answered by its code."""
    ready = Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            ready.wait(30)
            return job()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


def posting(*entries: NewEntry, spender: Spender | None = None) -> Callable[[], Posted]:
    return lambda: post(entries, at=AT, spender=spender)[0]


def a_hold(agent_id: UUID) -> NewEntry:
    return rules.hold(book=TEST, agent_id=agent_id, bounty_id=new_id(), slots=1, price=PRICE)


def test_of_two_holds_on_money_for_one_exactly_one_succeeds() -> None:
    for _ in range(5):
        agent_id = funded_agent(5)
        outcomes = at_once([posting(a_hold(agent_id)), posting(a_hold(agent_id))])
        assert [outcome for outcome in outcomes if isinstance(outcome, str)] == ["insufficient_funds"]
        assert agent_balance(TEST, agent_id).held_micros == PRICE.total_micros


def test_sixteen_holds_on_money_for_three_give_three() -> None:
    agent_id = funded_agent(10)
    outcomes = at_once([posting(a_hold(agent_id)) for _ in range(16)])
    assert outcomes.count("insufficient_funds") == 13
    assert agent_balance(TEST, agent_id).held_micros == 3 * PRICE.total_micros


def test_a_key_posted_by_sixteen_threads_posts_once() -> None:
    agent_id = funded_agent(10)
    hold = a_hold(agent_id)
    outcomes = at_once([posting(hold)] * 16)
    assert len({outcome.entry_id for outcome in outcomes}) == 1
    assert [outcome.repeated for outcome in outcomes].count(False) == 1
    assert Entry.objects.filter(key=hold.key).count() == 1
    assert agent_balance(TEST, agent_id).held_micros == PRICE.total_micros


def test_the_first_top_up_of_an_agent_posted_sixteen_times_posts_once() -> None:
    # Nobody has an account yet, the house neither: there is no row to wait at.
    agent_id = an_account("agent")
    top_up = rules.top_up(book=TEST, agent_id=agent_id, payment="pi_first", amount_micros=DOLLAR)
    outcomes = at_once([posting(top_up)] * 16)
    assert [outcome.repeated for outcome in outcomes].count(False) == 1
    assert agent_balance(TEST, agent_id).available_micros == DOLLAR


def test_a_slot_awarded_by_eight_threads_is_awarded_once() -> None:
    agent_id, scout_id, slot_id, bounty_id = funded_agent(100), an_account("scout"), new_id(), new_id()
    post_one(rules.hold(book=TEST, agent_id=agent_id, bounty_id=bounty_id, slots=8, price=PRICE))
    awards = [
        rules.award(
            book=TEST,
            agent_id=agent_id,
            bounty_id=bounty_id,
            slot_id=slot_id,
            submission_id=new_id(),
            scout_id=scout_id,
            price=PRICE,
        )
        for _ in range(8)
    ]
    outcomes = at_once([posting(award) for award in awards])
    assert outcomes.count("already_ended") == 7
    assert scout_balance(TEST, scout_id).pending_micros == PRICE.reward_micros


def test_a_payout_is_not_reserved_twice_on_the_same_money() -> None:
    scout_id, submission_id = an_account("scout"), new_id()
    post_one(rules.compensate_scout(book=TEST, scout_id=scout_id, submission_id=submission_id, reward_micros=DOLLAR))
    post_one(rules.settle(book=TEST, scout_id=scout_id, submission_id=submission_id, amount_micros=DOLLAR))
    payouts = [
        rules.reserve_payout(book=TEST, scout_id=scout_id, payout_id=new_id(), amount_micros=DOLLAR) for _ in range(8)
    ]
    outcomes = at_once([posting(payout) for payout in payouts])
    assert outcomes.count("insufficient_funds") == 7
    assert scout_balance(TEST, scout_id).in_flight_micros == DOLLAR


def test_a_limit_holds_however_many_spend_at_once_from_several_agents() -> None:
    agents = [funded_agent(100) for _ in range(4)]
    key = Spender(new_id(), SpendingLimits(per_day_micros=5 * PRICE.total_micros))
    outcomes = at_once([posting(a_hold(agents[n % 4]), spender=key) for n in range(16)])
    assert outcomes.count("spending_limit_reached") == 11
    assert sum(Spending.objects.get().days_micros) == 5 * PRICE.total_micros


def test_transfers_in_a_ring_do_not_wait_for_each_other_for_ever() -> None:
    # Each posts for two agents in one call, half of them the other way round: without an order, a deadlock.
    agents = [funded_agent(100) for _ in range(4)]
    jobs = []
    for n in range(16):
        pair = [agents[n % 4], agents[(n + 1) % 4]]
        entries = [a_hold(agent_id) for agent_id in (pair if n % 2 else reversed(pair))]
        jobs.append(posting(*entries))
    outcomes = at_once(jobs)
    assert not [outcome for outcome in outcomes if isinstance(outcome, str)]


def test_nobody_ever_sees_an_entry_unbalanced_or_a_balance_that_is_not_its_lines() -> None:
    agents = [funded_agent(10) for _ in range(3)]
    scout_id = an_account("scout")
    done = Event()
    looks = 0

    def write(seed: int) -> None:
        random = Random(seed)
        for _ in range(25):
            agent_id, bounty_id = random.choice(agents), new_id()
            hold = rules.hold(book=TEST, agent_id=agent_id, bounty_id=bounty_id, slots=1, price=PRICE)
            rule = random.choice([rules.award, rules.award_blocked])
            award = rule(
                book=TEST,
                agent_id=agent_id,
                bounty_id=bounty_id,
                slot_id=new_id(),
                submission_id=new_id(),
                scout_id=scout_id,
                price=PRICE,
            )
            try:
                post([hold], at=AT)
                post([award], at=AT)
            except InsufficientFunds:
                grant = rules.faucet(book=TEST, agent_id=agent_id, grant_id=new_id(), amount_micros=DOLLAR)
                post([grant], at=AT)

    def watch() -> None:
        nonlocal looks
        while not done.is_set():
            assert invariants.faults() == []
            looks += 1

    def until_written() -> None:
        try:
            with ThreadPoolExecutor(4) as threads:
                list(threads.map(lambda seed: _closing(lambda: write(seed)), range(4)))
        finally:
            done.set()

    at_once([until_written, watch])
    assert looks > 0
    everywhere = sum(balance(account) for account in _all_accounts(agents, scout_id))
    assert everywhere == 0


def _closing(job: Callable[[], None]) -> None:
    try:
        job()
    finally:
        connection.close()


def _all_accounts(agents: list[UUID], scout_id: UUID) -> list[Any]:
    house = [AccountRef(TEST, kind) for kind in (AccountKind.FAUCET, AccountKind.PLATFORM_FEE)]
    return [*house, rules.scout_pending(TEST, scout_id), *(rules.agent_available(TEST, each) for each in agents)]
