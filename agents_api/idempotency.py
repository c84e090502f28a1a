"""The same request twice does its work once: after the IETF draft for the Idempotency-Key header.

The answer is stored in the transaction of the work, so that there is never one without the other. Two requests with
one key at the same time: one works, the other is told to come back.
"""

import hashlib
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar
from uuid import UUID

import orjson
from django.db import IntegrityError, connection, transaction

from market import prepared
from market.accounts.models import Account
from market.errors import DomainError, Kind

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


def answer_once(
    *,
    account_id: UUID,
    key: str,
    request_fingerprint: bytes,
    at: datetime,
    work: Callable[[Account], tuple[HTTPStatus, dict[str, Any]]],
    refuse: Callable[[DomainError], tuple[HTTPStatus, dict[str, Any]]],
    shown_once: Collection[str] = (),
) -> Answer:
    """Do the work and keep its answer, or give the answer that was kept. A refusal is an answer and is kept too, where
    the request itself is at fault. Not one that asks to be repeated, and not for want of money, for a state or a
    permission: those change elsewhere, and the same request is then right. What is raised besides leaves nothing.

    Fields `shown_once` are secrets: they are in the first answer, and null in what is kept and repeated.
    """

    def once(answer: Callable[[Account], tuple[HTTPStatus, dict[str, Any]]]) -> Answer:
        with transaction.atomic():
            account, kept = _take_turn(account_id, key)
            if kept is not None:
                if kept.fingerprint != request_fingerprint:
                    raise KeyReused("This Idempotency-Key was used with another request.")
                return Answer(HTTPStatus(kept.status), kept.body, replayed=True)
            status, content = answer(account)
            body = _written(content)
            to_keep = _written(content | dict.fromkeys(content.keys() & set(shown_once))) if shown_once else body
            words = {"account": account_id, "key": key, "fingerprint": request_fingerprint, "status": status.value}
            prepared.rows(_KEEP, {**words, "body": to_keep, "at": at})
            return Answer(status, body)

    def worked(account: Account) -> tuple[HTTPStatus, dict[str, Any]]:
        try:
            return work(account)
        except DomainError as refusal:
            if refusal.retryable or refusal.retry_at is not None or refusal.kind in _CHANGES_ELSEWHERE:
                raise
            raise _Refused(refusal) from refusal

    try:
        try:
            return once(worked)
        except _Refused as refused:
            # All that was begun has been taken back, and the turn with it. It is taken anew, by whoever is first: that
            # costs a refusal more, and spares every success a savepoint.
            told = refuse(refused.refusal)
            return once(lambda _: told)
    except IntegrityError as error:
        if "kept_answer_once_per_key" not in str(error):
            raise
        # The other request committed between our look and our turn. Its answer is there when this one is repeated.
        raise StillWorking("A request with this Idempotency-Key was being worked on.", retry_at=at) from error


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


_ACCOUNT = ("id", "kind", "mode", "clock_ahead")  # what is not here is fetched when it is asked for
_TURN = """
    SELECT pg_try_advisory_xact_lock(%(lock)s::bigint), kept.fingerprint, kept.status, kept.body,
        account.id, account.kind, account.mode, account.clock_ahead
    FROM accounts_account AS account
    LEFT JOIN agents_api_keptanswer AS kept ON kept.account_id = account.id AND kept.key = %(key)s::varchar
    WHERE account.id = %(account)s::uuid
"""
_KEEP = """
    INSERT INTO agents_api_keptanswer (account_id, key, fingerprint, status, body, created_at)
    VALUES (%(account)s::uuid, %(key)s::varchar, %(fingerprint)s::bytea, %(status)s::smallint, %(body)s::bytea,
        %(at)s::timestamptz)
    RETURNING id
"""


def _take_turn(account_id: UUID, key: str) -> tuple[Account, _Kept | None]:
    """One statement: take the lock of this key until the end of the transaction, look for an answer and the account."""
    lock = int.from_bytes(hashlib.blake2b(account_id.bytes + key.encode(), digest_size=8).digest(), signed=True)
    [found] = prepared.rows(_TURN, {"lock": lock, "key": key, "account": account_id})
    mine, kept_fingerprint, status, body, *columns = found
    account = Account.from_db(connection.alias, _ACCOUNT, columns)
    if status is not None:
        return account, _Kept(kept_fingerprint, status, body)
    if not mine:
        raise StillWorking("A request with this Idempotency-Key is being worked on.", retry_at=None)
    return account, None
