"""Asking for work, and what the database refuses."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from pytest_django import DjangoCaptureOnCommitCallbacks

from market.ids import new_id
from market.work import registry
from market.work.models import Work
from market.work.operations import enqueue
from tests.integration.work.conftest import KIND, Register

LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def kind(register: Register) -> str:
    register(print)
    return KIND


@pytest.mark.django_db
def test_work_is_one_row_however_often_it_is_asked_for(kind: str) -> None:
    for _ in range(3):
        enqueue(kind=kind, subject="kitchen")
    work = Work.objects.get()
    assert (work.kind, work.subject, work.attempts, work.again_at) == (kind, "kitchen", 0, None)


@pytest.mark.django_db
def test_the_earliest_moment_asked_for_counts(kind: str) -> None:
    for due_at in (LATER, LATER - timedelta(days=2), LATER - timedelta(days=1)):
        enqueue(kind=kind, subject="kitchen", due_at=due_at)
    assert Work.objects.get().due_at == LATER - timedelta(days=2)


@pytest.mark.django_db
def test_work_that_is_done_does_not_keep_new_work_out(kind: str) -> None:
    enqueue(kind=kind, subject="kitchen")
    Work.objects.update(done_at=LATER)
    enqueue(kind=kind, subject="kitchen")
    assert Work.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_work_outside_a_transaction_is_refused(kind: str) -> None:
    with pytest.raises(TransactionManagementError):
        enqueue(kind=kind, subject="kitchen")
    assert not Work.objects.exists()


@pytest.mark.django_db
def test_work_that_nobody_does_is_refused() -> None:
    with pytest.raises(registry.UnknownKind):
        enqueue(kind="sweep_the_flour", subject="kitchen")


@pytest.mark.django_db
def test_only_work_that_is_due_wakes_somebody(
    kind: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:
        enqueue(kind=kind, subject="kitchen")
        enqueue(kind=kind, subject="garden", due_at=LATER)
    assert len(callbacks) == 1
    assert Work.objects.get(subject="kitchen").woken_at is not None
    assert Work.objects.get(subject="garden").woken_at is None


@pytest.mark.parametrize(
    ("columns", "constraint"),
    [
        ({"holder": new_id()}, "work_held_by_somebody_until_some_time"),
        ({"held_until": LATER}, "work_held_by_somebody_until_some_time"),
        ({"done_at": LATER, "given_up_at": LATER}, "work_ends_one_way"),
        ({"done_at": LATER, "holder": new_id(), "held_until": LATER}, "work_ended_is_not_held"),
        ({"given_up_at": LATER, "holder": new_id(), "held_until": LATER}, "work_ended_is_not_held"),
        ({"kind": ""}, "work_says_what_on_what"),
        ({"subject": ""}, "work_says_what_on_what"),
        ({"subject": "kitchen"}, "work_once_while_open"),
        ({"attempts": -1}, "work_work_attempts_check"),
        ({"again_at": LATER}, "work_again_while_held"),
    ],
)
@pytest.mark.django_db
def test_the_database_refuses_work_that_cannot_be(columns: dict[str, Any], constraint: str, kind: str) -> None:
    enqueue(kind=kind, subject="kitchen")
    row = {"id": new_id(), "kind": kind, "subject": "garden", **columns}
    statement = f"INSERT INTO work_work ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"
    with (
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, list(row.values()))
