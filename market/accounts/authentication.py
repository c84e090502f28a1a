"""From a key's text to who is calling. One indexed read at most, none when the key was seen a moment ago.

What a process knows of a key it believes for `FRESH_SECONDS`, counted from *before* the read that told it: a
revocation committed after that moment is obeyed at the latest when they have passed, whatever else fails. That bound
needs no message to arrive. LISTEN/NOTIFY would cost a connection and a thread in every worker and lets a revoked key
in for as long as the connection is silently gone; a version number in the database costs the read that is to be saved.

What is no longer believed is still good for one thing: a secret never changes, so a caller who shows the right one may
have its key read again by the same statement that counts its call. A wrong secret has nobody's call counted.

Texts that are no key are not remembered, so that nobody can fill the memory with them.
"""

import hmac
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache, partial
from typing import Any, ClassVar, Final
from uuid import UUID

from django.db.models import UUIDField

from market import prepared
from market.accounts import key_text, policies
from market.accounts.models import ApiKey
from market.accounts.policies import Network
from market.errors import DomainError, Kind
from market.prepared import Given, Prepared, Question

FRESH_SECONDS: Final = 0.75
MOST_KNOWN: Final = 20_000
USE_NOTED_EVERY: Final = timedelta(minutes=1)

# What a key that does not exist is compared with, so that it takes no other time than a wrong secret.
_NOBODY: Final = bytes(32)


class InvalidKey(DomainError):
    """Unknown, badly written, or with a wrong secret: the three are never told apart."""

    code = "invalid_key"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    fix = "Send `Authorization: Bearer sl_test_…` with a key of this exchange; POST /v1/agents makes one."


class KeyRevoked(DomainError):
    """The key was revoked."""

    code = "key_revoked"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    fix = "Use another key; the owner of the agent can make one."


class KeyExpired(DomainError):
    """The key has expired, or was replaced and its time is over."""

    code = "key_expired"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    fix = "Use the key that replaced it, or make another one."


@dataclass(frozen=True)
class Caller:
    """Who is calling, and what the key allows."""

    key_id: UUID
    account_id: UUID
    mode: str
    scopes: frozenset[str]
    per_call_micros: int | None = None
    per_day_micros: int | None = None
    per_month_micros: int | None = None
    purse_id: UUID | None = None  # under which id what it spends is added up; None: its own
    withheld: frozenset[str] = frozenset()  # scopes of the key that cannot be used while its agent is frozen

    def check_scope(self, needed: str) -> None:
        policies.check_scope(self.scopes, needed, withheld=self.withheld)


@dataclass(frozen=True)
class _Known:
    caller: Caller
    secret_hash: bytes
    networks: tuple[Network, ...]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


Ask = Callable[[Question], Sequence[tuple[Any, ...]]]
# The same, of who called with this key before: maybe together with something else.
AskAgain = Callable[[Caller, Question], Sequence[tuple[Any, ...]]]


class KnownKeys:
    """What this process knows of keys, each for a moment. Safe between threads."""

    def __init__(self, *, ticks: Callable[[], float] = time.monotonic) -> None:
        self._ticks = ticks
        self._lock = threading.Lock()
        self._known: OrderedDict[UUID, tuple[float, _Known]] = OrderedDict()

    def find(self, key_id: UUID) -> tuple[_Known | None, bool]:
        """What was last known of it, and whether that may still be believed."""
        asked = self._ticks()
        with self._lock:
            since, known = self._known.get(key_id, (0.0, None))
        return known, known is not None and asked - since < FRESH_SECONDS

    def read(self, key_id: UUID, ask: Ask) -> _Known | None:
        asked = self._ticks()
        known = _told(key_id, ask(Question(_statement(), {"key_id": key_id})))
        if known is None:
            self.forget(key_id)
        else:
            self.remember(known, since=asked)
        return known

    def remember(self, known: _Known, *, since: float) -> None:
        with self._lock:
            self._known[known.caller.key_id] = (since, known)
            self._known.move_to_end(known.caller.key_id)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def note_use(self, known: _Known, at: datetime) -> None:
        """Write down that the key is used: once a minute, by whichever process is first."""
        if known.last_used_at is not None and at - known.last_used_at < USE_NOTED_EVERY:
            return
        prepared.rows(_NOTE_USE, {"key": known.caller.key_id, "at": at, "before": at - USE_NOTED_EVERY})
        with self._lock:
            # Only what is still known: a key forgotten in the meantime must be read anew.
            since, same = self._known.get(known.caller.key_id, (0.0, None))
            if same is known:
                self._known[known.caller.key_id] = (since, replace(known, last_used_at=at))

    def forget(self, key_id: UUID) -> None:
        with self._lock:
            self._known.pop(key_id, None)


# Nobody waits for the disk because of a time that is told to the minute.
_NOTE_USE: Final = """
    WITH hurried AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
    UPDATE accounts_apikey SET last_used_at = %(at)s::timestamptz FROM hurried
    WHERE id = %(key)s::uuid AND (last_used_at IS NULL OR last_used_at <= %(before)s::timestamptz) RETURNING id
"""
known_keys = KnownKeys()


def authenticate(
    *,
    text: str,
    address: str | None,
    at: datetime,
    known: KnownKeys = known_keys,
    ask_again: AskAgain = lambda _, key: key.rows(),
) -> Caller:
    """Who shows this key from this network address. `at` is everybody's clock, also for a test account's keys.

    What this process knew of the key, and believes no more, is asked by `ask_again`: of callers with its secret only.
    """
    presented = key_text.read(text)
    found, fresh = (None, False) if presented is None else known.find(presented.id)
    if found is None and presented is not None:
        found, fresh = known.read(presented.id, Question.rows), True
    expected = _NOBODY if found is None else found.secret_hash
    secret = "" if presented is None else presented.secret
    matches = hmac.compare_digest(key_text.digest(secret), expected)
    if presented is None or found is None or not matches or presented.mode != found.caller.mode:
        raise InvalidKey("This is not a key of this exchange.")
    # From here on the caller has the secret, and may be told what is wrong.
    if not fresh:
        found = known.read(presented.id, partial(ask_again, found.caller))
        if found is None or found.secret_hash != expected:
            raise InvalidKey("This is not a key of this exchange.")
    if found.revoked_at is not None:
        raise KeyRevoked("This key has been revoked.")
    if found.expires_at is not None and found.expires_at <= at:
        raise KeyExpired("This key has expired.")
    policies.check_address(found.networks, address)
    known.note_use(found, at)
    return found.caller


def _told(key_id: UUID, rows: Sequence[tuple[Any, ...]]) -> _Known | None:
    if not rows:
        return None
    key = dict(zip(_READ, rows[0], strict=True))
    scopes = frozenset(key["scopes"])
    withheld = frozenset[str]() if key["account__agent__frozen_at"] is None else scopes - {"read"}
    return _Known(
        caller=Caller(
            key_id,
            key["account_id"],
            key["mode"],
            scopes - withheld,
            key["per_call_micros"],
            key["per_day_micros"],
            key["per_month_micros"],
            key["counted_with_id"] or key_id,
            withheld,
        ),
        secret_hash=key["secret_hash"],
        networks=tuple(key["networks"]),
        expires_at=key["expires_at"],
        revoked_at=key["revoked_at"],
        last_used_at=key["last_used_at"],
    )


_READ = (
    *("account_id", "mode", "scopes", "per_call_micros", "per_day_micros", "per_month_micros", "counted_with_id"),
    *("account__agent__frozen_at", "secret_hash", "networks", "expires_at", "revoked_at", "last_used_at"),
)


@cache
def _statement() -> Prepared:
    key = ApiKey.objects.filter(pk=Given("key_id", UUIDField(), type_name="uuid"))
    return Prepared.of(key.values_list(*_READ), limited=False)
