"""Every promise of the ledger, broken by raw SQL: the database refuses, whoever writes."""

from typing import Any
from uuid import UUID

import pytest
from django.db import Error, connection, transaction

from market.ids import new_id
from market.ledger import rules
from market.ledger.models import Ending, Entry, LedgerAccount, Line
from market.ledger.postings import AccountKind, AccountRef
from tests.integration.ledger.conftest import DOLLAR, LIVE, PRICE, TEST, an_account, funded_agent, post_one

ENTRY = "INSERT INTO ledger_entry (id, kind, key, mode, currency, at) VALUES (%s, %s, %s, %s, 'USD', now())"
ACCOUNT = (
    "INSERT INTO ledger_account (id, kind, mode, currency, owner_id, subject_id, balance_micros)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s)"
)


def run(sql: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)


def run_to_the_end(sql: str, *parameters: Any) -> None:
    """As far as a commit would: the deferred constraints too."""
    with transaction.atomic():
        run(sql, *parameters)
        run("SET CONSTRAINTS ALL IMMEDIATE")


def refused(sql: str, *parameters: Any) -> str:
    """The name of the constraint that refuses this, or the message where a trigger without a name does."""
    with pytest.raises(Error) as error:
        run_to_the_end(sql, *parameters)
    diagnosis = error.value.__cause__.diag  # type: ignore[union-attr]
    return str(diagnosis.constraint_name or diagnosis.message_primary)


def an_entry_of(*moves: tuple[AccountRef, int], mode: str = "test") -> str:
    """One statement that writes an entry and these lines of it."""
    entry_id = new_id()
    entry = ENTRY % (f"'{entry_id}'", "'hold'", f"'raw:{entry_id}'", f"'{mode}'")
    return f"WITH entry AS ({entry}) {lines(entry_id, *moves)}"


def lines(entry_id: UUID, *moves: tuple[AccountRef, int]) -> str:
    """One statement that adds these lines to an entry."""
    rows = ", ".join(
        f"('{entry_id}', '{account.id}', '{account.kind}', '{account.book.mode}', 'USD', {amount})"
        for account, amount in moves
    )
    return f"INSERT INTO ledger_line (entry_id, account_id, kind, mode, currency, amount_micros) VALUES {rows}"


@pytest.fixture
def cat(db: None) -> UUID:
    """Another agent with ten dollars."""
    return funded_agent(10)


@pytest.fixture
def mine(ann: UUID) -> AccountRef:
    return rules.agent_available(TEST, ann)


@pytest.fixture
def yours(cat: UUID) -> AccountRef:
    return rules.agent_available(TEST, cat)


def test_balanced_lines_are_taken(mine: AccountRef, yours: AccountRef) -> None:
    run(an_entry_of((mine, -DOLLAR), (yours, DOLLAR)))
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert LedgerAccount.objects.get(id=mine.id).balance_micros == 9 * DOLLAR


def test_lines_add_up_to_nothing(mine: AccountRef, yours: AccountRef) -> None:
    assert refused(an_entry_of((mine, -2), (yours, 1))) == "ledger_entry_balanced"


def test_an_entry_has_two_lines(mine: AccountRef) -> None:
    # A line of nothing would add up; it is refused as a line, so one line is refused for its sum.
    assert refused(an_entry_of((mine, -1))) == "ledger_entry_balanced"


def test_an_entry_without_lines_is_found_at_commit(mine: AccountRef) -> None:
    assert refused(ENTRY, new_id(), "hold", "raw:alone", "test") == "ledger_entry_balanced"


def test_no_line_is_added_to_an_entry_of_an_earlier_transaction(mine: AccountRef, yours: AccountRef, cat: UUID) -> None:
    entry_id = Entry.objects.earliest("id").id
    held = rules.bounty_held(TEST, cat, new_id())
    run(ACCOUNT, held.id, "bounty_held", "test", "USD", cat, held.subject, 0)
    assert refused(lines(entry_id, (yours, -1), (held, 1))) == "ledger_entry_sealed"


def test_lines_of_an_entry_come_in_one_statement(mine: AccountRef, yours: AccountRef, ann: UUID, cat: UUID) -> None:
    run(an_entry_of((mine, -1), (yours, 1)))
    entry_id = Entry.objects.latest("id").id
    one, other = rules.bounty_held(TEST, ann, new_id()), rules.bounty_held(TEST, cat, new_id())
    for account in (one, other):
        run(ACCOUNT, account.id, "bounty_held", "test", "USD", account.owner, account.subject, 0)
    run("SET CONSTRAINTS ALL IMMEDIATE")
    assert refused(lines(entry_id, (one, -1), (other, 1))) == "ledger_entry_sealed"


def test_an_account_stands_in_one_line_of_an_entry(mine: AccountRef) -> None:
    assert refused(an_entry_of((mine, -1), (mine, 1))) == "ledger_line_pkey"


def test_test_and_live_money_never_meet_in_an_entry(mine: AccountRef) -> None:
    live = rules.agent_available(LIVE, funded_agent(10, "live"))
    assert refused(an_entry_of((mine, -1), (live, 1))) == "ledger_line_entry"


def test_a_line_cannot_call_a_live_account_a_test_account(mine: AccountRef) -> None:
    live = rules.agent_available(LIVE, funded_agent(10, "live"))
    sql = an_entry_of((mine, -1), (live, 1)).replace("'live'", "'test'")
    assert refused(sql) == "ledger_line_account"


def test_a_line_cannot_call_its_account_another_kind(mine: AccountRef, yours: AccountRef) -> None:
    sql = an_entry_of((mine, -1), (yours, 1)).replace("agent_available", "agent_receivable")
    assert refused(sql) == "ledger_line_account"


def test_an_account_belongs_to_an_owner_of_its_mode(db: None) -> None:
    live_agent = an_account("agent", "live")
    assert refused(ACCOUNT, new_id(), "agent_available", "test", "USD", live_agent, None, 0) == "ledger_account_owner"
    assert refused(ACCOUNT, new_id(), "agent_available", "test", "USD", new_id(), None, 0) == "ledger_account_owner"


def test_there_is_one_account_of_a_kind_for_an_owner(ann: UUID) -> None:
    assert refused(ACCOUNT, new_id(), "agent_available", "test", "USD", ann, None, 0) == "ledger_account_once"


def test_there_is_one_account_of_a_kind_for_the_house(ann: UUID) -> None:
    assert refused(ACCOUNT, new_id(), "faucet", "test", "USD", None, None, None) == "ledger_account_once"


@pytest.mark.parametrize(
    ("kind", "book", "owned", "subject", "balance"),
    [
        ("petty_cash", ("test", "USD"), False, False, None),
        ("suspense", ("play", "USD"), False, False, None),
        ("suspense", ("test", "EUR"), False, False, None),
        ("faucet", ("live", "USD"), False, False, None),
        ("suspense", ("test", "USD"), False, False, 0),
        ("suspense", ("test", "USD"), False, True, None),
        ("platform_fee", ("test", "USD"), True, False, None),
        ("agent_receivable", ("test", "USD"), True, False, 0),
        ("agent_available", ("test", "USD"), False, False, 0),
        ("scout_pending", ("test", "USD"), True, True, 0),
        ("scout_available", ("test", "USD"), True, False, None),
        ("bounty_held", ("test", "USD"), True, False, 0),
        ("payout_in_flight", ("test", "USD"), True, True, None),
    ],
)
def test_an_account_is_made_of_what_its_kind_says(
    db: None, kind: str, book: tuple[str, str], *, owned: bool, subject: bool, balance: int | None
) -> None:
    owner_id = an_account("agent") if owned else None
    answer = refused(ACCOUNT, new_id(), kind, *book, owner_id, new_id() if subject else None, balance)
    assert answer == "ledger_account_begins"


def test_an_account_begins_empty(db: None) -> None:
    answer = refused(ACCOUNT, new_id(), "agent_available", "test", "USD", an_account("agent"), None, 1)
    assert answer == "ledger_account_begins"


def test_a_balance_is_never_below_nothing(mine: AccountRef, yours: AccountRef) -> None:
    assert refused(an_entry_of((mine, -10 * DOLLAR - 1), (yours, 10 * DOLLAR + 1))) == "ledger_balance_in_range"


def test_a_balance_stays_inside_its_column(mine: AccountRef) -> None:
    faucet = AccountRef(TEST, AccountKind.FAUCET)
    run(
        "WITH new AS (SELECT uuidv7() AS id, 'raw:' || n AS key FROM generate_series(1, 999) AS n),"
        " entry AS (INSERT INTO ledger_entry SELECT id, 'faucet', key, 'test', 'USD', now() FROM new)"
        " INSERT INTO ledger_line (entry_id, account_id, kind, mode, currency, amount_micros)"
        " SELECT new.id, account.id, account.kind, 'test', 'USD', CASE account.id WHEN %s THEN 10^15 ELSE -10^15 END"
        " FROM new, ledger_account AS account WHERE account.id IN (%s, %s)",
        *(mine.id, mine.id, faucet.id),
    )
    assert refused(an_entry_of((mine, 10**15), (faucet, -(10**15)))) == "ledger_balance_in_range"


@pytest.mark.parametrize("amount", [10**15 + 1, 0])
def test_a_line_moves_something_in_range(mine: AccountRef, yours: AccountRef, amount: int) -> None:
    assert refused(an_entry_of((mine, -amount), (yours, amount))) == "ledger_line_in_range"


def test_what_goes_to_stripe_is_whole_cents(db: None) -> None:
    live = rules.agent_available(LIVE, funded_agent(10, "live"))
    clearing = AccountRef(LIVE, AccountKind.STRIPE_CLEARING)
    sql = an_entry_of((live, -10_001), (clearing, 10_001), mode="live")
    assert refused(sql) == "ledger_line_whole_cents_at_stripe"


def test_a_payout_is_whole_cents(db: None) -> None:
    scout_id, payout_id = an_account("scout"), new_id()
    post_one(rules.compensate_scout(book=TEST, scout_id=scout_id, submission_id=payout_id, reward_micros=DOLLAR))
    post_one(rules.settle(book=TEST, scout_id=scout_id, submission_id=payout_id, amount_micros=DOLLAR))
    in_flight = rules.payout_in_flight(TEST, scout_id, payout_id)
    run(ACCOUNT, in_flight.id, "payout_in_flight", "test", "USD", scout_id, payout_id, 0)
    sql = an_entry_of((rules.scout_available(TEST, scout_id), -1), (in_flight, 1))
    assert refused(sql) == "ledger_line_whole_cents_at_stripe"


def test_a_business_key_is_posted_once(ann: UUID) -> None:
    key = Entry.objects.earliest("id").key
    assert refused(ENTRY, new_id(), "hold", key, "test") == "ledger_entry_key_key"


def test_an_entry_has_a_key(db: None) -> None:
    assert refused(ENTRY, new_id(), "hold", "", "test") == "ledger_entry_has_key"


def test_an_entry_is_of_a_known_kind(db: None) -> None:
    assert refused(ENTRY, new_id(), "gift", "gift:1", "test") == "ledger_entry_kind_known"


def test_a_slot_ends_once(ann: UUID, ben: UUID) -> None:
    bounty_id, slot_id = new_id(), new_id()
    post_one(rules.hold(book=TEST, agent_id=ann, bounty_id=bounty_id, slots=1, price=PRICE))
    post_one(
        rules.award(
            book=TEST,
            agent_id=ann,
            bounty_id=bounty_id,
            slot_id=slot_id,
            submission_id=new_id(),
            scout_id=ben,
            price=PRICE,
        )
    )
    what, entry_id = Ending.objects.filter(what__startswith="slot:").values_list("what", "entry_id").get()
    assert refused("INSERT INTO ledger_ending (what, entry_id) VALUES (%s, %s)", what, entry_id) == "ledger_ending_pkey"


def test_an_ending_belongs_to_an_entry(db: None) -> None:
    answer = refused("INSERT INTO ledger_ending (what, entry_id) VALUES ('slot:x', %s)", new_id())
    assert answer.startswith("ledger_ending_entry_id")


@pytest.mark.parametrize("table", ["ledger_entry", "ledger_line", "ledger_ending", "ledger_account"])
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {} SET {}"])
def test_what_is_written_stays(ann: UUID, table: str, change: str) -> None:
    column = {"ledger_line": "amount_micros", "ledger_account": "balance_micros", "ledger_ending": "what"}.get(
        table, "key"
    )
    run("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks still to come is not truncated either
    answer = refused(change.format(table, f"{column} = {column}"))
    assert "only ever added to" in answer


def test_a_balance_is_moved_by_lines_alone(mine: AccountRef) -> None:
    assert "only ever added to" in refused("UPDATE ledger_account SET balance_micros = 0 WHERE id = %s", mine.id)


def test_what_a_key_spent_is_a_month_of_days(db: None) -> None:
    spending = "INSERT INTO ledger_spending (key_id, month_on, days_micros) VALUES (%s, %s, %s)"
    days = [0] * 31
    assert refused(spending, new_id(), "2026-03-02", days) == "ledger_spending_month_begins"
    assert refused(spending, new_id(), "2026-03-01", days[1:]) == "ledger_spending_has_31_days"
    assert refused(spending, new_id(), "2026-03-01", [*days[1:], -1]) == "ledger_spending_not_negative"
    key_id = new_id()
    run(spending, key_id, "2026-03-01", days)
    assert refused(spending, key_id, "2026-03-01", days) == "ledger_spending_pkey"


def test_nothing_of_a_refused_statement_remains(mine: AccountRef, yours: AccountRef) -> None:
    before = Line.objects.count(), Entry.objects.count()
    with pytest.raises(Error), transaction.atomic():
        run(an_entry_of((mine, -2), (yours, 1)))
    assert (Line.objects.count(), Entry.objects.count()) == before
