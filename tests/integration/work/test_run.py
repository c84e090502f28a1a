"""Doing one row of work: once, and what becomes of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models.functions import Now

from market.work import registry, running
from market.work.models import Work
from market.work.operations import enqueue
from market.work.registry import TryLater
from market.work.running import run
from tests.integration.work.conftest import KIND, Register, ask

LATER = datetime(2100, 1, 1, tzinfo=UTC)


def now() -> datetime:
    return datetime.now(UTC)


def fail(subject: str) -> None:
    raise ValueError("the broom\0 is broken")


@pytest.mark.django_db
def test_work_is_done_once(register: Register, sent: list[UUID]) -> None:
    done: list[str] = []
    register(done.append)
    work = ask()
    for _ in range(2):
        run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert done == ["kitchen"]
    assert work.done_at is not None
    assert (work.holder, work.held_until, work.attempts, work.last_error) == (None, None, 1, "")


@pytest.mark.django_db
def test_work_that_is_not_due_is_left_alone(register: Register) -> None:
    register(fail)
    work = ask(due_at=LATER)
    run(work_id=work.id, at=LATER - timedelta(seconds=1))
    work.refresh_from_db()
    assert (work.attempts, work.holder) == (0, None)


@pytest.mark.django_db
def test_a_worker_whose_clock_is_behind_still_takes_what_is_due(register: Register, sent: list[UUID]) -> None:
    done: list[str] = []
    register(done.append)
    run(work_id=ask().id, at=now() - timedelta(minutes=5))
    assert done == ["kitchen"]


@pytest.mark.django_db
def test_work_that_somebody_holds_is_left_alone_until_the_lease_is_over(register: Register, sent: list[UUID]) -> None:
    done: list[str] = []
    register(done.append)
    work = ask()
    Work.objects.update(holder=work.id, held_until=Now() + timedelta(seconds=30))
    run(work_id=work.id, at=LATER)
    assert done == []
    Work.objects.update(held_until=Now() - timedelta(seconds=1))
    run(work_id=work.id, at=now())
    assert done == ["kitchen"]


@pytest.mark.django_db
def test_work_that_fails_is_tried_again_later_and_later(register: Register, sent: list[UUID]) -> None:
    register(fail)
    work = ask()
    pauses = []
    at = now()
    for _ in range(3):
        run(work_id=work.id, at=at)
        work.refresh_from_db()
        pauses.append((work.due_at - at).total_seconds())
        at = work.due_at
    assert pauses == [10, 20, 40]
    assert (work.attempts, work.holder, work.done_at) == (3, None, None)
    assert work.last_error == "ValueError: the broom is broken"


@pytest.mark.django_db
def test_work_that_fails_too_often_is_given_up_and_that_is_told_once(register: Register, sent: list[UUID]) -> None:
    told: list[str] = []
    register(fail, attempts=2, on_given_up=told.append)
    work = ask()
    for days in range(4):
        run(work_id=work.id, at=LATER + timedelta(days=days))
    work.refresh_from_db()
    assert work.given_up_at is not None
    assert (work.attempts, told, work.holder) == (2, ["kitchen"], None)


@pytest.mark.django_db
def test_giving_up_that_fails_is_tried_again_and_the_work_is_not(register: Register, sent: list[UUID]) -> None:
    tried: list[str] = []
    told: list[str] = []

    def try_in_vain(subject: str) -> None:
        tried.append(subject)
        raise ValueError

    def tell(subject: str) -> None:
        told.append(subject)
        if len(told) == 1:
            raise IntegrityError("not now")

    register(try_in_vain, attempts=1, on_given_up=tell)
    work = ask()
    run(work_id=work.id, at=LATER)
    work.refresh_from_db()
    assert (work.given_up_at, work.holder) == (None, None)
    assert "giving up: IntegrityError: not now" in work.last_error
    run(work_id=work.id, at=work.due_at)
    work.refresh_from_db()
    assert work.given_up_at is not None
    assert (tried, told) == (["kitchen"], ["kitchen", "kitchen"])


@pytest.mark.django_db
def test_work_that_kills_its_workers_is_given_up(register: Register, sent: list[UUID]) -> None:
    tried: list[str] = []
    told: list[str] = []
    register(tried.append, attempts=3, on_given_up=told.append)
    work = ask()
    Work.objects.update(attempts=3, holder=work.id, held_until=Now() - timedelta(seconds=1))
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert work.given_up_at is not None
    assert (tried, told, work.last_error) == ([], ["kitchen"], "no attempt came back")


@pytest.mark.django_db
def test_work_that_cannot_be_done_yet_is_put_off_and_has_not_failed(register: Register, sent: list[UUID]) -> None:
    def wait(subject: str) -> None:
        raise TryLater(LATER, "the floor is wet")

    register(wait, attempts=1)
    work = ask()
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert (work.due_at, work.attempts, work.given_up_at, work.last_error) == (LATER, 0, None, "the floor is wet")


@pytest.mark.django_db
def test_work_of_an_unknown_kind_is_left_to_those_who_know_it(register: Register, sent: list[UUID]) -> None:
    register(fail)
    work = ask()
    registry.forget(KIND)
    at = now()
    run(work_id=work.id, at=at)
    work.refresh_from_db()
    registry.handler(KIND)(fail)  # for the fixture to forget
    assert (work.due_at, work.attempts, work.given_up_at) == (at + running.UNKNOWN_KIND_PAUSE, 0, None)


@pytest.mark.django_db
def test_what_is_asked_for_while_a_worker_is_at_it_is_done_once_more(register: Register, sent: list[UUID]) -> None:
    done: list[str] = []

    def work_and_be_asked_again(subject: str) -> None:
        done.append(subject)
        if len(done) == 1:
            ask()

    register(work_and_be_asked_again)
    work = ask()
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert (work.done_at, work.attempts, work.again_at) == (None, 0, None)
    run(work_id=work.id, at=now())
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert done == ["kitchen", "kitchen"]
    assert work.done_at is not None


@pytest.mark.django_db
def test_a_handler_may_ask_for_itself_at_a_later_time(register: Register, sent: list[UUID]) -> None:
    register(lambda subject: enqueue(kind=KIND, subject=subject, due_at=LATER))
    work = ask()
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert (work.due_at, work.done_at, work.again_at) == (LATER, None, None)


@pytest.mark.django_db
def test_work_asked_for_again_while_it_fails_for_the_last_time_begins_anew(
    register: Register, sent: list[UUID]
) -> None:
    told: list[str] = []

    def fail_and_be_asked_again(subject: str) -> None:
        ask(due_at=LATER)
        raise ValueError

    register(fail_and_be_asked_again, attempts=1, on_given_up=told.append)
    work = ask()
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert (work.given_up_at, work.due_at, work.attempts, told) == (None, LATER, 0, [])


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_does_the_work(register: Register, sent: list[UUID]) -> None:
    everybody = threading.Barrier(8)
    done: list[str] = []
    register(done.append)
    work = ask()

    def race() -> None:
        everybody.wait(20)
        try:
            run(work_id=work.id, at=now())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        for racer in [threads.submit(race) for _ in range(8)]:
            racer.result(20)
    assert done == ["kitchen"]
    assert Work.objects.get().attempts == 1


@pytest.mark.django_db(transaction=True)
def test_long_work_keeps_its_lease_and_loses_it_when_it_ends(
    register: Register, sent: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "LEASE_SECONDS", 0.6)
    renewals: list[datetime] = []
    others: list[str] = []

    def held_until() -> datetime:
        until = Work.objects.get().held_until
        assert until is not None
        return until

    def take_long(subject: str) -> None:
        first = held_until()
        while held_until() <= first + timedelta(seconds=1.2):  # two leases on
            others.append(subject)
            run(work_id=work.id, at=now())  # another message about the same row
        renewals.append(held_until())

    register(take_long)
    work = ask()
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert len(renewals) == 1
    assert len(others) > 1
    assert work.done_at is not None
    assert work.attempts == 1
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lease of")]


@pytest.mark.django_db(transaction=True)
def test_who_lost_the_lease_no_longer_decides(register: Register, sent: list[UUID]) -> None:
    def lose(subject: str) -> None:
        Work.objects.update(holder=other)

    other = ask_holder = UUID(int=1)
    register(lose)
    work = ask()
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert (work.done_at, work.holder) == (None, ask_holder)


@pytest.mark.django_db
def test_a_handler_that_broke_its_transaction_leaves_the_row_usable(register: Register, sent: list[UUID]) -> None:
    def collide(subject: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")

    register(collide)
    work = ask()
    run(work_id=work.id, at=now())
    work.refresh_from_db()
    assert work.last_error.startswith("DataError: division by zero")
