"""The same request twice does its work once: after the IETF draft for the Idempotency-Key header.

The answer is stored in the transaction of the work, so that there is never one without the other. Two requests with
one key at the same time: one works, the other is told to come back.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar, Self
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction

from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.prepared import Prepared, Question
from market.writing import Write

KEPT_FOR = timedelta(days=7)
_CHANGES_ELSEWHERE = (Kind.MONEY, Kind.CONFLICT, Kind.FORBIDDEN)

_ACCEPTABLE_KEY = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)


class KeyMissing(DomainError):
    """This call moves money or makes something, and has no Idempotency-Key."""

    code = "idempotency_key_missing"
    fix = "Send the header Idempotency-Key with a value of your own for this request, for example a UUID."


class KeyMalformed(DomainError):
    """The Idempotency-Key is too long or has characters that a header should not have."""

    code = "idempotency_key_malformed"
    fix = "Use 1 to 255 visible ASCII characters, for example a UUID."


class KeyReused(DomainError):
    """The Idempotency-Key was used before with another request."""

    code = "idempotency_key_reused"
    fix = "Use a new key for a new request; repeat a request with the same key only with the same body."


class StillWorking(DomainError):
    """A request with the same Idempotency-Key is being worked on."""

    code = "idempotency_in_flight"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Wait, then send the same request with the same key again."
    retryable = True


@dataclass(frozen=True)
class Answer:
    status: HTTPStatus
    body: bytes
    replayed: bool = False


def check_key(key: str | None) -> str:
    if not key:
        raise KeyMissing("This call needs an Idempotency-Key.")
    # The draft writes the value as a quoted string; most clients send it bare. Both mean the same key.
    bare = key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key
    if not _ACCEPTABLE_KEY.fullmatch(bare):
        raise KeyMalformed("The Idempotency-Key is not acceptable.")
    return bare


def fingerprint(*, method: str, path: str, body: object) -> bytes:
    """Of what a request asks, not of how it is written: spaces and the order of fields do not count."""
    return hashlib.sha256(orjson.dumps([method, path, body], option=orjson.OPT_SORT_KEYS)).digest()


@dataclass(frozen=True)
class Once:
    """A request that does its work once: whose it is, under which key, and what it asks."""

    account_id: UUID
    key: str
    fingerprint: bytes
    at: datetime


Content = tuple[HTTPStatus, dict[str, Any]]
# What will be, and how it is written together with the answer.
DrawnUp = tuple[HTTPStatus, dict[str, Any], Callable[[Write], None]]


def answer_once(
    once: Once,
    *,
    work: Callable[[Account], Content],
    refuse: Callable[[DomainError], Content],
    shown_once: Collection[str] = (),
) -> Answer:
    """Do the work and keep its answer, or give the answer that was kept. A refusal is an answer and is kept too, where
    the request itself is at fault. Not one that asks to be repeated, and not for want of money, for a state or a
    permission: those change elsewhere, and the same request is then right. What is raised besides leaves nothing.

    Fields `shown_once` are secrets: they are in the first answer, and null in what is kept and repeated.
    """

    def worked(account: Account) -> Content:
        try:
            return work(account)
        except DomainError as refusal:
            if _changes_elsewhere(refusal):
                raise
            raise _Refused(refusal) from refusal

    try:
        return _answer(once, worked, shown_once)
    except _Refused as refused:
        # All that was begun has been taken back, and the turn with it. It is taken anew, by whoever is first: that
        # costs a refusal more, and spares every success a savepoint.
        return _keep_refusal(once, refuse(refused.refusal))


def answer_at_a_stroke(
    once: Once,
    turn: "Turn",
    *,
    draw_up: Callable[[Account], DrawnUp],
    refuse: Callable[[DomainError], Content],
) -> Answer:
    """The same for work that writes all it writes by one statement, which then keeps the answer too: no transaction is
    around it, and the turn, looked at before, is not held. Of two at once one finds the other's answer there, and what
    it would have written is taken back with its own.
    """
    if turn.kept is not None:
        return turn.kept.answer(once)
    if not turn.mine:
        raise _still_working()
    try:
        status, content, write = draw_up(turn.account)
        body = _written(content)
        write(_keeping(once, status, body))
    except DomainError as refusal:
        if _changes_elsewhere(refusal):
            raise
        return _keep_refusal(once, refuse(refusal))
    except IntegrityError as error:
        raise _unless_answered_meanwhile(error, once) from error.__cause__
    return Answer(status, body)


def _answer(once: Once, answer: Callable[[Account], Content], shown_once: Collection[str] = ()) -> Answer:
    """In a transaction that holds the turn."""
    try:
        with transaction.atomic():
            turn = _take_turn(once)
            if turn.kept is not None:
                return turn.kept.answer(once)
            if not turn.mine:
                raise _still_working()
            status, content = answer(turn.account)
            body = _written(content)
            to_keep = _written(content | dict.fromkeys(content.keys() & set(shown_once))) if shown_once else body
            _keeping(once, status, to_keep).rows()
            return Answer(status, body)
    except IntegrityError as error:
        raise _unless_answered_meanwhile(error, once) from error.__cause__


def _keep_refusal(once: Once, told: Content) -> Answer:
    return _answer(once, lambda _: told)


def _changes_elsewhere(refusal: DomainError) -> bool:
    return refusal.retryable or refusal.retry_at is not None or refusal.kind in _CHANGES_ELSEWHERE


def _still_working(retry_at: datetime | None = None) -> StillWorking:
    return StillWorking("A request with this Idempotency-Key is being worked on.", retry_at=retry_at)


def _unless_answered_meanwhile(error: IntegrityError, once: Once) -> Exception:
    """The other request committed between our look and our writing. Its answer is there when this one is repeated."""
    return _still_working(once.at) if "kept_answer_once_per_key" in str(error) else error


class _Refused(Exception):
    """The work was refused, in a way that is kept."""

    def __init__(self, refusal: DomainError) -> None:
        super().__init__(refusal)
        self.refusal = refusal


def _written(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, option=orjson.OPT_UTC_Z | orjson.OPT_OMIT_MICROSECONDS)


@dataclass(frozen=True)
class _Kept:
    fingerprint: bytes
    status: int
    body: bytes

    def answer(self, once: Once) -> Answer:
        if self.fingerprint != once.fingerprint:
            raise KeyReused("This Idempotency-Key was used with another request.")
        return Answer(HTTPStatus(self.status), self.body, replayed=True)


@dataclass(frozen=True)
class Turn:
    """What there is under a key: whose it is, whether anybody else is at work under it, and the answer it has."""

    account: Account
    mine: bool
    kept: _Kept | None

    @classmethod
    def of(cls, row: Sequence[Any]) -> Self:
        mine, kept_fingerprint, status, body, *columns = row
        account = Account.from_db(connection.alias, _ACCOUNT, columns)
        return cls(account, mine, None if status is None else _Kept(kept_fingerprint, status, body))


_ACCOUNT = ("id", "kind", "mode", "clock_ahead")  # what is not here is fetched when it is asked for
# The lock of this key until the end of the transaction, its answer, and the account.
_TURN = Prepared.written(
    """
    SELECT pg_try_advisory_xact_lock(%(turn_lock)s::bigint), kept.fingerprint, kept.status, kept.body,
        account.id, account.kind, account.mode, account.clock_ahead
    FROM accounts_account AS account
    LEFT JOIN agents_api_keptanswer AS kept ON kept.account_id = account.id AND kept.key = %(turn_key)s::varchar
    WHERE account.id = %(turn_account)s::uuid
    """,
    columns=4 + len(_ACCOUNT),
)
_KEEP = """
    INSERT INTO agents_api_keptanswer (account_id, key, fingerprint, status, body, created_at)
    SELECT %(kept_account)s::uuid, %(kept_key)s::varchar, %(kept_fingerprint)s::bytea, %(kept_status)s::smallint,
        %(kept_body)s::bytea, %(kept_at)s::timestamptz
    WHERE {when}
    RETURNING id
"""


def asking_for_turn(account_id: UUID, key: str) -> Question:
    """To be asked together with something else, or in the transaction that is to hold the turn."""
    lock = int.from_bytes(hashlib.blake2b(account_id.bytes + key.encode(), digest_size=8).digest(), signed=True)
    return Question(_TURN, {"turn_lock": str(lock), "turn_key": key, "turn_account": account_id})


def _take_turn(once: Once) -> Turn:
    [row] = asking_for_turn(once.account_id, once.key).rows()
    return Turn.of(row)


def _keeping(once: Once, status: HTTPStatus, body: bytes) -> Write:
    given = {
        "kept_account": once.account_id,
        "kept_key": once.key,
        "kept_fingerprint": once.fingerprint,
        "kept_status": str(status.value),
        "kept_body": body,
        "kept_at": once.at,
    }
    return Write(_KEEP, given)
