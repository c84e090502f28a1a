"""The same request twice does its work once, whatever happens in between."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from agents_api.idempotency import (
    Answer,
    DrawnUp,
    KeyMalformed,
    KeyMissing,
    KeyReused,
    Once,
    StillWorking,
    Turn,
    answer_at_a_stroke,
    answer_once,
    asking_for_turn,
    check_key,
    fingerprint,
)
from agents_api.models import KeptAnswer
from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.events.models import Event
from market.events.operations import NewEvent, appending
from market.writing import Write, write

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Refused(DomainError):
    code = "refused_here"


class Later(DomainError):
    code = "later"
    kind = Kind.LIMITED
    retryable = True


@pytest.fixture
def account(transactional_db: None) -> Account:
    return Account.objects.create(kind="agent", mode="test")


def ask(account_id: UUID, work: "Work", *, key: str = "k-1", body: object = None) -> Answer:
    return answer_once(
        Once(account_id, key, fingerprint(method="POST", path="/v1/things", body=body), AT),
        work=lambda _: work(),
        refuse=lambda refusal: (HTTPStatus.UNPROCESSABLE_ENTITY, {"code": refusal.code}),
    )


class Work:
    """Makes an account each time it runs, so that the database tells how often it did."""

    def __init__(self, raises: Exception | None = None) -> None:
        self.raises = raises

    def __call__(self) -> tuple[HTTPStatus, dict[str, Any]]:
        made = Account.objects.create(kind="scout", mode="test")
        if self.raises:
            raise self.raises
        return HTTPStatus.CREATED, {"made": str(made.id)}

    @staticmethod
    def times_done() -> int:
        return Account.objects.filter(kind="scout").count()


def test_a_repeated_request_gets_the_same_answer_and_does_nothing(account: Account) -> None:
    first, second = ask(account.id, Work()), ask(account.id, Work())
    assert (first.replayed, second.replayed) == (False, True)
    assert (first.status, first.body) == (second.status, second.body)
    assert Work.times_done() == 1


def test_the_same_key_with_another_body_is_refused(account: Account) -> None:
    ask(account.id, Work(), body={"reward": "1.00"})
    with pytest.raises(KeyReused):
        ask(account.id, Work(), body={"reward": "2.00"})
    assert Work.times_done() == 1


def test_another_agent_may_use_the_same_key(account: Account) -> None:
    other = Account.objects.create(kind="agent", mode="test")
    ask(account.id, Work())
    assert not ask(other.id, Work()).replayed


def test_a_refusal_is_kept_but_not_what_it_half_did(account: Account) -> None:
    first = ask(account.id, Work(raises=Refused("no")))
    second = ask(account.id, Work())
    assert (first.status, second.replayed, second.body) == (HTTPStatus.UNPROCESSABLE_ENTITY, True, first.body)
    assert Work.times_done() == 0


def test_the_work_is_told_whose_it_is(account: Account) -> None:
    Account.objects.filter(pk=account.pk).update(clock_ahead=timedelta(days=3, seconds=1))
    told: list[Account] = []

    def work(whose: Account) -> tuple[HTTPStatus, dict[str, object]]:
        told.append(whose)
        return HTTPStatus.OK, {}

    answer_once(
        Once(account.id, "k-1", b"", AT),
        work=work,
        refuse=lambda refusal: (HTTPStatus.UNPROCESSABLE_ENTITY, {"code": refusal.code}),
    )
    [whose], [is_so] = (
        told,
        Account.objects.filter(pk=account.pk).values("id", "kind", "mode", "clock_ahead", "created_at"),
    )
    assert {name: getattr(whose, name) for name in is_so} == is_so


def test_a_secret_is_in_the_first_answer_and_nowhere_else(account: Account) -> None:
    def answer() -> Answer:
        return answer_once(
            Once(account.id, "k-1", b"", AT),
            work=lambda _: (HTTPStatus.CREATED, {"key": "sl_test_secret", "id": "key_1"}),
            refuse=lambda refusal: (HTTPStatus.UNPROCESSABLE_ENTITY, {"code": refusal.code}),
            shown_once=("key",),
        )

    assert answer().body == b'{"key":"sl_test_secret","id":"key_1"}'
    assert answer().body == b'{"key":null,"id":"key_1"}'


def test_a_refusal_that_asks_to_be_repeated_is_not_kept(account: Account) -> None:
    with pytest.raises(Later):
        ask(account.id, Work(raises=Later("busy")))
    assert not ask(account.id, Work()).replayed
    assert Work.times_done() == 1


@pytest.mark.parametrize("kind", [Kind.MONEY, Kind.CONFLICT, Kind.FORBIDDEN])
def test_a_refusal_for_what_changes_elsewhere_is_not_kept(account: Account, kind: Kind) -> None:
    class NotNow(Refused):
        pass

    NotNow.kind = kind
    with pytest.raises(NotNow):
        ask(account.id, Work(raises=NotNow("not as things stand")))
    assert (ask(account.id, Work()).replayed, Work.times_done()) == (False, 1)


def test_a_failure_of_ours_leaves_nothing_behind_and_is_not_kept(account: Account) -> None:
    with pytest.raises(ZeroDivisionError):
        ask(account.id, Work(raises=ZeroDivisionError()))
    assert (Work.times_done(), KeptAnswer.objects.count()) == (0, 0)
    assert not ask(account.id, Work()).replayed


def test_while_one_works_the_other_is_told_to_come_back(account: Account) -> None:
    working, finish = threading.Event(), threading.Event()

    def slowly() -> tuple[HTTPStatus, dict[str, Any]]:
        working.set()
        assert finish.wait(20)
        return Work()()

    def in_a_thread() -> Answer:
        try:
            return ask(account.id, slowly)  # type: ignore[arg-type]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(in_a_thread)
        assert working.wait(20)
        with pytest.raises(StillWorking):
            ask(account.id, Work())
        finish.set()
        assert not first.result(20).replayed
    assert ask(account.id, Work()).replayed
    assert Work.times_done() == 1


def test_of_sixteen_at_once_one_does_the_work(account: Account) -> None:
    start = threading.Barrier(16)

    def in_a_thread(_: int) -> str:
        try:
            start.wait(20)
            return "replayed" if ask(account.id, Work()).replayed else "worked"
        except StillWorking:
            return "told to wait"
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        outcomes = list(pool.map(in_a_thread, range(16)))
    assert outcomes.count("worked") == 1
    assert Work.times_done() == 1


class Stroke:
    """Work that writes by one statement, with its answer: a mark on an account. How often, the database tells."""

    def __init__(self, account: Account, *, refuses: DomainError | None = None) -> None:
        self.marked = Account.objects.create(kind="scout", mode="test")
        self.account, self.refuses = account, refuses

    def ask(self, *, body: object = None, meanwhile: Callable[[], object] = lambda: None) -> Answer:
        once = Once(self.account.id, "k-1", fingerprint(method="POST", path="/v1/things", body=body), AT)
        [row] = asking_for_turn(once.account_id, once.key).rows()
        meanwhile()
        return answer_at_a_stroke(
            once,
            Turn.of(row),
            draw_up=self._draw_up,
            refuse=lambda refusal: (HTTPStatus.UNPROCESSABLE_ENTITY, {"code": refusal.code}),
        )

    def _draw_up(self, whose: Account) -> DrawnUp:
        assert (whose.id, whose.mode) == (self.account.id, "test")
        return HTTPStatus.CREATED, {"marked": str(self.marked.id)}, self._write

    def _write(self, answer: Write) -> None:
        if self.refuses:
            raise self.refuses
        event = NewEvent(self.marked.id, AT, "money.deposited", {})
        write([answer], answering=appending([event]))

    @staticmethod
    def times_done() -> int:
        return Event.objects.count()


def test_a_stroke_is_done_once_and_answered_alike(account: Account) -> None:
    first, second = Stroke(account).ask(), Stroke(account).ask()
    assert (first.replayed, second.replayed) == (False, True)
    assert (first.status, first.body) == (second.status, second.body)
    with pytest.raises(KeyReused):
        Stroke(account).ask(body={"reward": "2.00"})
    assert Stroke.times_done() == 1


def test_a_strokes_refusal_is_kept_unless_it_changes_elsewhere(account: Account) -> None:
    with pytest.raises(Later):
        Stroke(account, refuses=Later("busy")).ask()
    assert KeptAnswer.objects.count() == 0
    first = Stroke(account, refuses=Refused("no")).ask()
    second = Stroke(account).ask()
    assert (first.status, second.replayed, second.body) == (HTTPStatus.UNPROCESSABLE_ENTITY, True, first.body)
    assert Stroke.times_done() == 0


def test_a_stroke_waits_for_what_is_worked_on_and_gives_way_to_what_was_answered_meanwhile(account: Account) -> None:
    strokes = [Stroke(account) for _ in range(3)]

    def in_a_thread(call: Callable[[], Answer]) -> Answer:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert Turn.of(asking_for_turn(account.id, "k-1").rows()[0]).mine  # as if at work
            with pytest.raises(StillWorking):
                pool.submit(in_a_thread, strokes[0].ask).result(20)
        # Both have looked, and nobody had answered.
        with pytest.raises(StillWorking):
            strokes[1].ask(meanwhile=lambda: pool.submit(in_a_thread, strokes[2].ask).result(20))
    assert Stroke.times_done() == 1
    assert Stroke(account).ask().replayed


@pytest.mark.parametrize(("given", "read"), [("abc", "abc"), ('"abc"', "abc"), ("x" * 255, "x" * 255)])
def test_a_key_is_read_bare_or_quoted(given: str, read: str) -> None:
    assert check_key(given) == read


@pytest.mark.parametrize("given", [None, ""])
def test_a_missing_key_is_refused(given: str | None) -> None:
    with pytest.raises(KeyMissing):
        check_key(given)


@pytest.mark.parametrize("given", ["x" * 256, "a b", "a\x00b", "schlüssel", "a\nb"])
def test_a_malformed_key_is_refused(given: str) -> None:
    with pytest.raises(KeyMalformed):
        check_key(given)


def test_how_a_body_is_written_does_not_count() -> None:
    one = fingerprint(method="POST", path="/v1/a", body={"a": 1, "b": 2})
    assert one == fingerprint(method="POST", path="/v1/a", body={"b": 2, "a": 1})
    assert one != fingerprint(method="POST", path="/v1/b", body={"a": 1, "b": 2})


@pytest.mark.parametrize(
    ("constraint", "status", "times"),
    [("kept_answer_once_per_key", 200, 2), ("kept_answer_is_not_our_failure", 503, 1)],
)
def test_the_database_holds_what_is_kept(account: Account, constraint: str, status: int, times: int) -> None:
    values = ", ".join(["(%(account)s, 'k', '', %(status)s, '')"] * times)
    sql = f"INSERT INTO agents_api_keptanswer (account_id, key, fingerprint, status, body) VALUES {values}"
    with pytest.raises(DatabaseError, match=constraint), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, {"account": account.id, "status": status})
