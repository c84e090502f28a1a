"""Rows of several tables by one statement: all that was asked for, or nothing where the decision says no."""

from typing import Final

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from market.accounts.models import Account
from market.events.models import Event, Forgotten
from market.events.operations import NewEvent, appending
from market.ids import new_id
from market.writing import Decision, Write, inserting, write, written

NO: Final = Decision("SELECT false AS goes, %(why)s::text AS outcome, NULL AS facts", {"why": "not today"})


def new_account() -> Account:
    return Account.objects.create(kind="agent", mode="test")


def told(account: Account) -> Write:
    return appending([NewEvent(account.id, timezone.now(), "money.deposited", {"amount": "1.00"})])


@pytest.mark.django_db
def test_all_of_it_is_written_by_one_statement() -> None:
    accounts = [new_account(), new_account()]
    new = [Forgotten(account=each, through_position=number) for number, each in enumerate(accounts)]
    with CaptureQueriesContext(connection) as asked:
        rows = write([inserting(new)], answering=told(accounts[0]))
    assert len(asked) == 1
    assert rows == [(True, None, None, accounts[0].id, False)]
    assert [*Forgotten.objects.order_by("through_position").values_list()] == [
        (each.id, number) for number, each in enumerate(accounts)
    ]
    assert Event.objects.get().account_id == accounts[0].id
    written(*new)
    new[0].through_position = 7
    new[0].save(force_update=True)  # Django knows that it is there
    assert Forgotten.objects.get(account=accounts[0]).through_position == 7


@pytest.mark.django_db
def test_a_decision_against_it_leaves_nothing_and_says_why() -> None:
    account = new_account()
    rows = write([inserting([Forgotten(account=account, through_position=1)])], answering=told(account), decision=NO)
    assert rows == [(False, "not today", None, None, None)]
    assert (Forgotten.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_a_part_that_cannot_be_written_takes_the_others_back_without_a_transaction_around_them() -> None:
    account = new_account()
    twice = [Forgotten(account=account, through_position=1)] * 2
    with pytest.raises(IntegrityError):
        write([inserting(twice)], answering=told(account))
    assert (Forgotten.objects.count(), Event.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_what_stands_alone_is_written_alone() -> None:
    new = [Forgotten(account=new_account(), through_position=1) for _ in range(2)]
    assert len(inserting(new).rows()) == Forgotten.objects.count() == 2


def test_two_values_of_one_name_are_refused_before_anything_is_asked() -> None:
    same = Write("INSERT INTO nowhere SELECT %(events)s WHERE {when}", {"events": "[]"})
    with pytest.raises(ValueError, match="the same name"):
        write([same], answering=appending([NewEvent(new_id(), timezone.now(), "a.b", {})]))
