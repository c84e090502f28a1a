"""Finding the work that nobody looks at."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.db.models.functions import Now

from market.work import sweeping
from market.work.models import Work
from market.work.queries import Load, loads, messages_waiting
from market.work.sweeping import forget, sweep
from market.work.tasks import forget_old_work, run_work, sweep_work
from tests.integration.work.conftest import KIND, Register, ask

pytestmark = pytest.mark.django_db(transaction=True)
SOON = timedelta(minutes=5)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(autouse=True)
def kind(register: Register) -> list[str]:
    done: list[str] = []
    register(done.append)
    return done


def test_work_whose_time_has_come_wakes_somebody_once(sent: list[UUID]) -> None:
    work = ask(due_at=now() + SOON)
    assert sweep(at=now()) == 0
    assert sweep(at=now() + SOON) == 1
    assert sweep(at=now() + SOON) == 0
    assert sent == [work.id]


def test_work_whose_message_was_lost_wakes_somebody_again(sent: list[UUID]) -> None:
    work = ask()
    assert sent == [work.id]
    assert sweep(at=now()) == 0
    Work.objects.update(woken_at=Now() - timedelta(seconds=sweeping.LOST_AFTER_SECONDS + 1))
    assert sweep(at=now()) == 1


def test_work_that_is_held_is_left_to_its_holder(sent: list[UUID]) -> None:
    work = ask()
    Work.objects.update(woken_at=None, holder=work.id, held_until=Now() + SOON)
    assert sweep(at=now()) == 0
    Work.objects.update(held_until=Now() - timedelta(milliseconds=1))
    assert sweep(at=now()) == 1


def test_work_that_is_over_wakes_nobody(sent: list[UUID]) -> None:
    for subject, over in (("kitchen", {"done_at": Now()}), ("garden", {"given_up_at": Now()})):
        ask(subject)
        Work.objects.filter(subject=subject).update(woken_at=None, **over)
    assert sweep(at=now()) == 0


def test_a_long_queue_is_woken_in_batches_the_oldest_first(sent: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    monkeypatch.setattr(sweeping, "BATCHES", 2)
    rows = [Work(kind=KIND, subject=str(n), due_at=now() - timedelta(hours=n)) for n in range(8)]
    Work.objects.bulk_create(rows)
    assert sweep(at=now()) == 6
    assert set(sent) == {row.id for row in rows[2:]}
    assert sweep(at=now()) == 2


def test_two_sweeps_at_once_wake_nobody_twice(sent: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 10)
    monkeypatch.setattr(sweeping, "BATCHES", 100)
    rows = Work.objects.bulk_create([Work(kind=KIND, subject=str(n)) for n in range(200)])
    everybody = threading.Barrier(4)

    def race() -> int:
        everybody.wait(20)
        try:
            return sweep(at=now())
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        racing = [threads.submit(race) for _ in range(4)]
        woken = sum(racer.result(20) for racer in racing)
    woken += sweep(at=now())  # a batch that met only locked rows ends early: the next sweep has them
    assert (woken, len(sent)) == (200, 200)
    assert set(sent) == {row.id for row in rows}


def test_old_rows_are_forgotten_once_they_are_over(sent: list[UUID], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    for days in range(12):
        for column in ("done_at", "given_up_at"):
            ask(f"{column} {days}")
            over = {column: now() - timedelta(days=days * 10)}
            Work.objects.filter(subject=f"{column} {days}").update(**over)
    ask("open", due_at=now() - timedelta(days=400))
    assert forget(at=now()) == 11 + 3
    assert forget(at=now()) == 0
    assert Work.objects.filter(given_up_at__isnull=False).count() == 9
    assert Work.objects.filter(subject="open").exists()


def test_tasks_go_by_the_clock(sent: list[UUID], kind: list[str]) -> None:
    work = ask()
    Work.objects.update(woken_at=None)
    sweep_work()
    run_work(str(work.id))
    forget_old_work()
    assert sent == [work.id, work.id]
    assert kind == ["kitchen"]
    assert Work.objects.get().done_at is not None


def test_what_there_is_to_do_is_counted_by_kind(sent: list[UUID], register: Register) -> None:
    register(print, kind="wash_the_dishes")
    states = {
        "due": {"due_at": now() - SOON},
        "failing": {"due_at": now() - SOON * 2, "attempts": 2, "last_error": "ValueError"},
        "held": {"holder": UUID(int=1), "held_until": Now() + SOON},
        "lapsed": {"holder": UUID(int=1), "held_until": Now() - SOON, "due_at": now() - SOON * 3},
        "later": {"due_at": now() + SOON},
        "done": {"done_at": Now()},
        "given_up": {"given_up_at": Now()},
    }
    for subject, columns in states.items():
        ask(subject)
        Work.objects.filter(subject=subject).update(**columns)  # type: ignore[arg-type]
    Work.objects.create(kind="wash_the_dishes", subject="x", given_up_at=now())
    oldest = Work.objects.get(subject="lapsed").due_at
    assert loads(at=now()) == [
        Load(KIND, due=3, held=1, later=1, oldest_due_at=oldest, failing=1, given_up=1),
        Load("wash_the_dishes", due=0, held=0, later=0, oldest_due_at=None, failing=0, given_up=1),
    ]


def test_messages_in_the_queue_are_counted() -> None:
    before = messages_waiting()
    ask("kitchen")
    ask("garden")
    assert messages_waiting() == before + 2
