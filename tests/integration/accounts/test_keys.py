"""Keys: issued, rotated, limited, revoked. That their caps hold is tested with the ledger."""

from datetime import timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest

from market.accounts import operations, policies
from market.accounts.audit import STRANGER
from market.accounts.authentication import InvalidKey, KeyExpired, KeyRevoked, KnownKeys, authenticate
from market.accounts.models import ApiKey, Audit
from market.accounts.operations.keys import MOST_KEYS, InvalidOverlap, KeyEnded, KeyNotFound, TooManyKeys
from tests.people import NOON, make_agent

pytestmark = pytest.mark.django_db


def _who(text: str, at=NOON, address: str | None = None):  # type: ignore[no-untyped-def]
    return authenticate(text=text, address=address, at=at, known=KnownKeys())


def test_a_key_is_issued_with_what_it_may_do() -> None:
    account_id = make_agent().agent.pk
    new = operations.issue_key(
        account_id=account_id,
        by=STRANGER,
        at=NOON,
        label="reader",
        scopes=["read"],
        per_day_micros=5_000_000,
        networks=[ip_network("203.0.113.0/24"), ip_network("2001:db8::/32")],
        expires_at=NOON + timedelta(days=1),
    )
    kept = ApiKey.objects.get(pk=new.key.pk)
    assert (kept.label, kept.scopes, kept.mode, kept.per_day_micros) == ("reader", ["read"], "test", 5_000_000)
    assert kept.networks == [ip_network("203.0.113.0/24"), ip_network("2001:db8::/32")]
    assert _who(new.text, address="203.0.113.7").scopes == {"read"}
    with pytest.raises(policies.NetworkNotAllowed):
        _who(new.text, address="198.51.100.1")
    with pytest.raises(KeyExpired):
        _who(new.text, at=NOON + timedelta(days=1), address="203.0.113.7")


@pytest.mark.parametrize("field", ["per_call_micros", "per_day_micros", "per_month_micros"])
def test_a_negative_cap_is_refused(field: str) -> None:
    account_id = make_agent().agent.pk
    caps: dict[str, int] = {field: -1}
    with pytest.raises(policies.InvalidCap):
        operations.issue_key(account_id=account_id, by=STRANGER, at=NOON, **caps)  # type: ignore[arg-type]


def test_an_agent_has_only_so_many_keys() -> None:
    account_id = make_agent().agent.pk
    more = [operations.issue_key(account_id=account_id, by=STRANGER, at=NOON) for _ in range(MOST_KEYS - 1)]
    with pytest.raises(TooManyKeys):
        operations.issue_key(account_id=account_id, by=STRANGER, at=NOON)
    operations.revoke_key(account_id=account_id, key_id=more[0].key.id, by=STRANGER, at=NOON)
    operations.issue_key(account_id=account_id, by=STRANGER, at=NOON)


def test_a_rotated_key_lives_on_for_the_overlap_only() -> None:
    made = make_agent()
    new = operations.rotate_key(
        account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON, overlap=timedelta(hours=1)
    )
    assert new.key.replaces == made.key
    assert _who(made.key_text, at=NOON + timedelta(minutes=59)).key_id == made.key.id
    with pytest.raises(KeyExpired):
        _who(made.key_text, at=NOON + timedelta(hours=1))
    assert _who(new.text, at=NOON + timedelta(days=300)).key_id == new.key.id


def test_a_rotated_key_may_do_what_the_old_one_could() -> None:
    account_id = make_agent().agent.pk
    limits: dict[str, Any] = {"per_call_micros": 1, "per_day_micros": 2, "per_month_micros": 3}
    old = operations.issue_key(
        account_id=account_id,
        by=STRANGER,
        at=NOON,
        label="poster",
        scopes=["post"],
        networks=[ip_network("10.0.0.0/8")],
        expires_at=NOON + timedelta(hours=2),
        **limits,
    ).key
    new = operations.rotate_key(account_id=account_id, key_id=old.id, by=STRANGER, at=NOON).key
    for name in ("label", "scopes", "networks", "expires_at", *limits):
        assert getattr(new, name) == getattr(old, name)
    # No overlap makes the old one outlive its own end.
    assert ApiKey.objects.get(pk=old.pk).expires_at == NOON + timedelta(hours=2)


def test_a_key_is_rotated_once() -> None:
    made = make_agent()
    operations.rotate_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    with pytest.raises(KeyEnded):
        operations.rotate_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)


@pytest.mark.parametrize("overlap", [timedelta(seconds=-1), timedelta(days=31)])
def test_an_overlap_has_its_limits(overlap: timedelta) -> None:
    made = make_agent()
    with pytest.raises(InvalidOverlap):
        operations.rotate_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON, overlap=overlap)


def test_a_revoked_key_opens_nothing_and_is_recorded_once() -> None:
    made = make_agent()
    for _ in range(2):
        operations.revoke_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    with pytest.raises(KeyRevoked):
        _who(made.key_text)
    assert Audit.objects.filter(action="key_revoked", subject_id=made.key.id).count() == 1
    with pytest.raises(KeyEnded):
        operations.rotate_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    with pytest.raises(KeyEnded):
        _limit(made.agent.pk, made.key.id, 1)


def test_another_agents_key_is_not_found() -> None:
    mine, theirs = make_agent(), make_agent()
    for change in (operations.revoke_key, operations.rotate_key):
        with pytest.raises(KeyNotFound):
            change(account_id=mine.agent.pk, key_id=theirs.key.id, by=STRANGER, at=NOON)
    with pytest.raises(KeyNotFound):
        _limit(mine.agent.pk, theirs.key.id, 1)
    assert _who(theirs.key_text).key_id == theirs.key.id


def test_every_change_to_a_key_is_in_the_audit() -> None:
    made = make_agent()
    _limit(made.agent.pk, made.key.id, 7)
    new = operations.rotate_key(account_id=made.agent.pk, key_id=made.key.id, by=STRANGER, at=NOON)
    operations.revoke_key(account_id=made.agent.pk, key_id=new.key.id, by=STRANGER, at=NOON)
    actions = [line.action for line in Audit.objects.order_by("id")]
    assert actions == ["agent_created", "key_issued", "key_limited", "key_rotated", "key_revoked"]


def test_a_live_text_does_not_open_with_a_test_key() -> None:
    made = make_agent()
    with pytest.raises(InvalidKey):
        _who(made.key_text.replace("sl_test_", "sl_live_"))


def _limit(account_id: UUID, key_id: UUID, day: int) -> ApiKey:
    return operations.limit_key(
        account_id=account_id,
        key_id=key_id,
        by=STRANGER,
        at=NOON,
        per_call_micros=None,
        per_day_micros=day,
        per_month_micros=None,
    )
