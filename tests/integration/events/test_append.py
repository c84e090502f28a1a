"""Adding to the feed, and what the database refuses."""

from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from market.accounts.models import Account
from market.events.following import follow
from market.events.models import Event
from market.events.operations import UnknownAccount, append
from market.ids import new_id
from tests.integration.events.conftest import AT


def test_an_event_takes_the_mode_of_its_account(account: Account) -> None:
    append(account_id=account.id, type="bounty.posted", data={"bounty": "bnt_1", "slots": [1, 2]}, at=AT)
    event = Event.objects.get()
    assert (event.account_id, event.mode, event.type, event.at) == (account.id, "test", "bounty.posted", AT)
    assert event.data == {"bounty": "bnt_1", "slots": [1, 2]}


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    account = Account.objects.create(kind="agent", mode="test")
    with pytest.raises(TransactionManagementError):
        append(account_id=account.id, type="bounty.posted", data={}, at=AT)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_event_for_nobody_is_refused() -> None:
    with pytest.raises(UnknownAccount):
        append(account_id=new_id(), type="bounty.posted", data={}, at=AT)


def test_events_of_one_transaction_stay_in_the_order_they_were_told(account: Account) -> None:
    told = [f"bounty.step_{number}" for number in range(20)]
    for type_ in told:
        append(account_id=account.id, type=type_, data={}, at=AT)
    assert list(Event.objects.order_by("position").values_list("type", flat=True)) == told


def append_to_each(*accounts: UUID) -> list[UUID]:
    """Tell each of them, as a function of the database does."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT events_append_to_each(%s::uuid[], %s::uuid[], %s::timestamptz[], 'claim.made', '{\"slot\": 1}')",
            [list(accounts), [new_id() for _ in accounts], [AT for _ in accounts]],
        )
        [followed] = cursor.fetchone()
    return list(followed)


def test_a_function_tells_several_in_their_order_and_names_the_followed_ones(account: Account) -> None:
    other = Account.objects.create(kind="scout", mode="live")
    follow(account_id=other.id)
    assert append_to_each(account.id, other.id) == [other.id]
    told = Event.objects.order_by("position").values_list("account", "mode", "type", "data", "at")
    assert list(told) == [(each.id, each.mode, "claim.made", {"slot": 1}, AT) for each in (account, other)]


def test_a_function_that_tells_nobody_is_refused(account: Account) -> None:
    with pytest.raises(DatabaseError, match="an account that does not exist"), transaction.atomic():
        append_to_each(account.id, new_id())
    assert not Event.objects.exists()


def insert(account_id: UUID, *, mode: str = "test", type_: str = "bounty.posted", data: str = "{}") -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (id, account_id, mode, type, data, at) VALUES (%s, %s, %s, %s, %s, now())",
            [new_id(), account_id, mode, type_, data],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    ("words", "constraint"),
    [
        ({"mode": "live"}, "event_in_the_mode_of_its_account"),
        ({"mode": "play"}, "event_mode_known"),
        ({"type_": "Posted"}, "event_type_in_words"),
        ({"type_": "posted"}, "event_type_in_words"),
        ({"data": "[]"}, "event_data_is_an_object"),
        ({"account_id": new_id()}, "event_in_the_mode_of_its_account"),
    ],
)
def test_the_database_refuses_an_event_that_cannot_be(account: Account, words: dict[str, str], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        insert(**{"account_id": account.id, **words})  # type: ignore[arg-type]


def test_the_position_is_given_and_not_chosen(account: Account) -> None:
    insert(account.id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO events_event (id, account_id, mode, type, data, at, position)"
            " VALUES (%s, %s, 'test', 'bounty.posted', '{}', now(), 1)",
            [new_id(), account.id],
        )
    first, second = Event.objects.order_by("position").values_list("position", flat=True)
    assert second == first + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_event SET type = 'bounty.other'",
        "DELETE FROM events_event",
        "TRUNCATE events_event",
        "SET LOCAL sightline.forgetting_events = 'yes'; TRUNCATE events_event",
        "SET LOCAL sightline.forgetting_events = 'yes'; UPDATE events_event SET type = 'bounty.other'",
    ],
)
def test_what_was_told_is_neither_changed_nor_taken_back(account: Account, statement: str) -> None:
    insert(account.id)
    with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Event.objects.get().type == "bounty.posted"
