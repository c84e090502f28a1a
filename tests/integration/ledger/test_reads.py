"""Balances and statements; and the check of all the books, which finds what got past the guards."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from market.ids import new_id
from market.ledger import invariants, rules
from market.ledger.postings import AccountKind, AccountRef
from market.ledger.queries import agent_balance, balance, scout_balance, statement
from market.ledger.tasks import check_books
from tests.integration.ledger.conftest import DOLLAR, PRICE, TEST, an_account, funded_agent, post_one


def test_who_has_no_account_has_nothing(db: None) -> None:
    agent_id = an_account("agent")
    assert agent_balance(TEST, agent_id).available_micros == 0
    assert scout_balance(TEST, agent_id).in_flight_micros == 0
    assert balance(rules.agent_available(TEST, agent_id)) == 0
    assert balance(AccountRef(TEST, AccountKind.SUSPENSE)) == 0
    assert statement([rules.agent_available(TEST, agent_id)]) == []


def test_a_balance_adds_up_all_the_holds(ann: UUID) -> None:
    for _ in range(2):
        post_one(rules.hold(book=TEST, agent_id=ann, bounty_id=new_id(), slots=1, price=PRICE))
    assert agent_balance(TEST, ann).held_micros == 2 * PRICE.total_micros


def test_the_house_counts_its_lines(ann: UUID, ben: UUID) -> None:
    assert balance(AccountRef(TEST, AccountKind.FAUCET)) == -10 * DOLLAR
    funded_agent(5)
    assert balance(AccountRef(TEST, AccountKind.FAUCET)) == -15 * DOLLAR


def test_a_statement_is_read_page_by_page_without_a_gap_and_without_a_repetition(ann: UUID) -> None:
    posted = [post_one(rules.faucet(book=TEST, agent_id=ann, grant_id=new_id(), amount_micros=n)) for n in range(1, 8)]
    accounts = [rules.agent_available(TEST, ann)]
    pages, before = [], None
    while page := statement(accounts, limit=3, before=before):
        pages.append(page)
        before = page[-1].cursor
    seen = [line for page in pages for line in page]
    assert [len(page) for page in pages] == [3, 3, 2]
    assert [line.entry_id for line in seen] == sorted((line.entry_id for line in seen), reverse=True)
    assert {line.entry_id for line in seen} >= {each.entry_id for each in posted}
    assert sum(line.amount_micros for line in seen) == agent_balance(TEST, ann).available_micros


def test_a_statement_of_two_accounts_splits_an_entry_over_pages(ben: UUID) -> None:
    submission_id = new_id()
    post_one(rules.compensate_scout(book=TEST, scout_id=ben, submission_id=submission_id, reward_micros=DOLLAR))
    settled = post_one(rules.settle(book=TEST, scout_id=ben, submission_id=submission_id, amount_micros=DOLLAR))
    accounts = [rules.scout_pending(TEST, ben), rules.scout_available(TEST, ben)]
    (first,) = statement(accounts, limit=1)
    rest = statement(accounts, limit=10, before=first.cursor)
    assert [first.entry_id, rest[0].entry_id] == [settled.entry_id] * 2
    assert {first.account_kind, rest[0].account_kind} == {"scout_pending", "scout_available"}
    assert [line.entry_kind for line in rest] == ["settle", "scout_compensated"]


@pytest.mark.parametrize("limit", [0, -1, 201])
def test_a_page_is_neither_empty_nor_endless(db: None, limit: int) -> None:
    with pytest.raises(ValueError, match="a page"):
        statement([], limit=limit)


# --- the check of all the books ---------------------------------------------------------------------------------------


@contextmanager
def past_the_guards() -> Iterator[None]:
    """As a superuser who restores a backup: no trigger fires, and no foreign key is looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


def corrupt(sql: str) -> None:
    with past_the_guards(), connection.cursor() as cursor:
        cursor.execute(sql)


BROKEN = {
    "UPDATE ledger_line SET amount_micros = amount_micros + 10000 WHERE amount_micros > 0": [
        "every entry has two lines or more, which add up to nothing",
        "every kept balance is the sum of its account's lines",
    ],
    "DELETE FROM ledger_line WHERE kind IN ('faucet', 'dispute_loss')": [
        "every entry has two lines or more, which add up to nothing"
    ],
    "UPDATE ledger_account SET balance_micros = 1 WHERE kind = 'agent_available'": [
        "every kept balance is the sum of its account's lines"
    ],
    "DELETE FROM ledger_entry": [
        "every line belongs to an entry of its mode and currency",
    ],
    "UPDATE ledger_line SET mode = 'live'": [
        "every line belongs to an entry of its mode and currency",
        "every line belongs to an account of its kind, mode and currency",
    ],
    "UPDATE ledger_line SET agent_id = NULL": ["every line of an agent's money says whose it is"],
    "UPDATE ledger_line SET amount_micros = -amount_micros": [
        "every kept balance is the sum of its account's lines",
        "no balance is below nothing where it may not be",
    ],
    "DELETE FROM ledger_ending WHERE what LIKE 'slot:%'": ["every award ends one slot and pays one submission"],
    "DELETE FROM ledger_ending WHERE what LIKE 'left:%'": ["what leaves pending, and every payout, is ended once"],
    "ALTER TABLE ledger_line DISABLE TRIGGER ledger_lines_written": ["the guards are in place"],
    "ALTER TABLE ledger_line DROP CONSTRAINT ledger_line_whole_cents_at_stripe;"
    "UPDATE ledger_line SET kind = 'payout_in_flight', amount_micros = 1 WHERE kind = 'faucet'": [
        "every entry has two lines or more, which add up to nothing",
        "every line belongs to an account of its kind, mode and currency",
        "what Stripe is told is whole cents",
    ],
}


@pytest.fixture
def a_little_history(ann: UUID, ben: UUID) -> None:
    bounty_id, submission_id = new_id(), new_id()
    post_one(rules.hold(book=TEST, agent_id=ann, bounty_id=bounty_id, slots=1, price=PRICE))
    post_one(
        rules.award(
            book=TEST,
            agent_id=ann,
            bounty_id=bounty_id,
            slot_id=new_id(),
            submission_id=submission_id,
            scout_id=ben,
            price=PRICE,
        )
    )
    post_one(rules.settle(book=TEST, scout_id=ben, submission_id=submission_id, amount_micros=PRICE.reward_micros))


@pytest.mark.parametrize("sql", BROKEN)
def test_what_got_past_the_guards_is_found_and_named(a_little_history: None, sql: str) -> None:
    assert invariants.faults() == []
    corrupt(sql)
    found = {fault.promise for fault in invariants.faults()}
    assert found >= set(BROKEN[sql])


def test_every_promise_that_is_checked_is_broken_by_a_test() -> None:
    assert {promise for promises in BROKEN.values() for promise in promises} == set(invariants.PROMISES)


def test_the_command_says_that_the_books_are_whole(a_little_history: None) -> None:
    out = StringIO()
    call_command("check_ledger", stdout=out)
    assert out.getvalue() == "The books are whole.\n"


def test_the_command_names_what_is_wrong_and_fails(a_little_history: None) -> None:
    corrupt("UPDATE ledger_account SET balance_micros = 1 WHERE kind = 'agent_available'")
    err = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("check_ledger", stderr=err)
    assert left.value.code == 1
    assert "every kept balance is the sum of its account's lines" in err.getvalue()
    assert "kept 1, lines 7250000" in err.getvalue()


def test_the_daily_check_logs_an_error_for_each_fault(a_little_history: None, caplog: pytest.LogCaptureFixture) -> None:
    check_books()
    assert not caplog.records
    corrupt("UPDATE ledger_account SET balance_micros = 1 WHERE kind = 'agent_available'")
    check_books()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
