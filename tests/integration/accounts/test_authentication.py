"""From a key's text to who is calling: the reads it costs, and how soon a revocation is obeyed."""

import hmac
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from market.accounts import authentication, key_text, operations
from market.accounts.audit import STRANGER
from market.accounts.authentication import FRESH_SECONDS, Caller, InvalidKey, KeyRevoked, KnownKeys, authenticate
from market.accounts.models import ApiKey
from market.ids import new_id
from market.prepared import Question
from tests.people import NOON, make_agent

pytestmark = pytest.mark.django_db


class Ticks:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def _queries(text: str, known: KnownKeys) -> list[str]:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        authenticate(text=text, address=None, at=NOON, known=known)
    return [query["sql"].split()[0] for query in captured.captured_queries]


def test_a_key_costs_one_read_and_then_none() -> None:
    made, known = make_agent(), KnownKeys(ticks=Ticks())
    assert _queries(made.key_text, known) == ["SELECT", "WITH"]  # its first use is noted
    assert _queries(made.key_text, known) == []
    assert _queries(made.key_text, KnownKeys(ticks=Ticks())) == ["SELECT"]


def test_the_read_is_by_the_primary_key() -> None:
    made = make_agent()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM accounts_apikey WHERE id = %s", [made.key.id])
        assert "accounts_apikey_pkey" in cursor.fetchone()[0]


def test_use_is_noted_once_a_minute_whichever_process_is_first() -> None:
    made, ticks = make_agent(), Ticks()
    one, other = KnownKeys(ticks=ticks), KnownKeys(ticks=ticks)
    writes = []
    for seconds, known in [(0, one), (1, other), (30, one), (59, other), (60, one), (61, other), (119, one)]:
        at = NOON + timedelta(seconds=seconds)
        ticks.now = 1000.0 + seconds
        authenticate(text=made.key_text, address=None, at=at, known=known)
        writes.append((seconds, ApiKey.objects.get(pk=made.key.pk).last_used_at))
    minute = NOON + timedelta(seconds=60)
    assert writes == [(0, NOON), (1, NOON), (30, NOON), (59, NOON), (60, minute), (61, minute), (119, minute)]


def test_nobody_waits_for_the_disk_because_a_use_is_noted() -> None:
    made = make_agent()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = on")
        authenticate(text=made.key_text, address=None, at=NOON, known=KnownKeys(ticks=Ticks()))
        cursor.execute("SHOW synchronous_commit")  # of the same transaction: here it is the test's
        assert cursor.fetchone() == ("off",)


def test_a_revocation_elsewhere_is_obeyed_within_a_second() -> None:
    made, ticks = make_agent(), Ticks()
    elsewhere = KnownKeys(ticks=ticks)  # another process: our own forgetting does not reach it
    authenticate(text=made.key_text, address=None, at=NOON, known=elsewhere)
    operations.revoke_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    ticks.now += FRESH_SECONDS
    with pytest.raises(KeyRevoked):
        authenticate(text=made.key_text, address=None, at=NOON, known=elsewhere)
    assert FRESH_SECONDS < 1


def test_what_is_known_is_as_old_as_the_moment_before_its_read() -> None:
    made, ticks = make_agent(), Ticks()
    known = KnownKeys(ticks=ticks)

    def ask_slowly(key: Question) -> list[tuple[Any, ...]]:
        rows = key.rows()
        ticks.now += 0.5  # a revocation committed in here was not seen
        return rows

    known.read(made.key.id, ask_slowly)
    operations.revoke_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    ticks.now += FRESH_SECONDS - 0.5
    with pytest.raises(KeyRevoked):
        authenticate(text=made.key_text, address=None, at=NOON, known=known)


def test_who_shows_the_right_secret_has_the_key_read_again_with_other_questions() -> None:
    made, ticks = make_agent(), Ticks()
    known, asked_again = KnownKeys(ticks=ticks), []

    def ask_again(caller: Caller, key: Question) -> list[tuple[Any, ...]]:
        asked_again.append(caller.account_id)
        return key.rows()

    def call(text: str) -> Caller:
        return authenticate(text=text, address=None, at=NOON, known=known, ask_again=ask_again)

    wrong = key_text.write(mode="test", key_id=made.key.id, secret=key_text.new_secret())
    caller = call(made.key_text)
    assert asked_again == []  # nothing was known of it, so the secret could not be compared before the read
    ticks.now += FRESH_SECONDS
    with pytest.raises(InvalidKey):
        call(wrong)
    assert asked_again == []
    assert call(made.key_text) == caller
    assert call(made.key_text) == caller
    assert asked_again == [made.agent.pk]


def test_a_key_that_is_gone_is_forgotten() -> None:
    made, ticks = make_agent(), Ticks()
    known = KnownKeys(ticks=ticks)
    authenticate(text=made.key_text, address=None, at=NOON, known=known)
    ticks.now += FRESH_SECONDS
    with pytest.raises(InvalidKey):
        authenticate(text=made.key_text, address=None, at=NOON, known=known, ask_again=lambda *_: [])
    assert known.find(made.key.id) == (None, False)


def test_what_was_used_stays_as_old_as_it_was() -> None:
    made, ticks = make_agent(), Ticks()
    known = KnownKeys(ticks=ticks)
    authenticate(text=made.key_text, address=None, at=NOON, known=known)
    ticks.now += 0.5
    authenticate(text=made.key_text, address=None, at=NOON + timedelta(minutes=2), known=known)  # notes the use
    operations.revoke_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    ticks.now += FRESH_SECONDS - 0.5
    with pytest.raises(KeyRevoked):
        authenticate(text=made.key_text, address=None, at=NOON, known=known)


@pytest.mark.django_db(transaction=True)
def test_a_revocation_here_is_obeyed_at_once() -> None:
    made = make_agent()
    authenticate(text=made.key_text, address=None, at=NOON)
    operations.revoke_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    with pytest.raises(KeyRevoked):
        authenticate(text=made.key_text, address=None, at=NOON)


def test_a_wrong_secret_and_an_unknown_key_are_not_told_apart() -> None:
    made = make_agent()
    wrong = key_text.write(mode="test", key_id=made.key.id, secret=key_text.new_secret())
    unknown = key_text.write(mode="test", key_id=new_id(), secret=key_text.new_secret())
    answers = set()
    for text in (wrong, unknown, "nonsense", ""):
        with pytest.raises(InvalidKey) as refusal:
            authenticate(text=text, address=None, at=NOON, known=KnownKeys())
        answers.add((refusal.value.code, refusal.value.message))
    assert len(answers) == 1


def test_a_wrong_secret_is_not_told_that_the_key_is_revoked() -> None:
    made = make_agent()
    operations.revoke_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    wrong = key_text.write(mode="test", key_id=made.key.id, secret=key_text.new_secret())
    with pytest.raises(InvalidKey):
        authenticate(text=wrong, address=None, at=NOON, known=KnownKeys())


def test_secrets_are_compared_in_constant_time_whether_the_key_exists_or_not(monkeypatch: pytest.MonkeyPatch) -> None:
    compared, real = [], hmac.compare_digest

    def compare(given: bytes, expected: bytes) -> bool:
        compared.append(given)
        return real(given, expected)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    made = make_agent()
    unknown = key_text.write(mode="test", key_id=new_id(), secret=key_text.new_secret())
    authenticate(text=made.key_text, address=None, at=NOON, known=KnownKeys())
    with pytest.raises(InvalidKey):
        authenticate(text=unknown, address=None, at=NOON, known=KnownKeys())
    assert [len(given) for given in compared] == [32, 32]


def test_texts_that_are_no_key_fill_no_memory() -> None:
    known = KnownKeys()
    for _ in range(20):
        unknown = key_text.write(mode="test", key_id=new_id(), secret=key_text.new_secret())
        with pytest.raises(InvalidKey):
            authenticate(text=unknown, address=None, at=NOON, known=known)
    assert len(known._known) == 0


def test_only_so_many_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authentication, "MOST_KNOWN", 2)
    known, texts = KnownKeys(ticks=Ticks()), [make_agent().key_text for _ in range(3)]
    for text in texts:
        authenticate(text=text, address=None, at=NOON, known=known)
    assert [_queries(text, known) for text in reversed(texts)] == [[], [], ["SELECT"]]
