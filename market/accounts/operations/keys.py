"""Keys: issued, limited, rotated, revoked. Each key's text is answered once and kept nowhere.

Where a key does it (`giver_id`), and not a person, it gives, renews and ends nothing that may do more than itself.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.accounts import audit, authentication, key_text, policies
from market.accounts.audit import Actor
from market.accounts.models import Account, ApiKey, Audit
from market.accounts.policies import Network
from market.errors import DomainError, Kind

OVERLAP = timedelta(hours=24)
LONGEST_OVERLAP = timedelta(days=30)
MOST_KEYS = 50


class KeyNotFound(DomainError):
    """There is no such key, or it is somebody else's."""

    code = "key_not_found"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id; GET /v1/keys lists the keys of this agent."


class KeyEnded(DomainError):
    """The key is revoked, expired or replaced already."""

    code = "key_ended"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Issue a new key: this one is revoked, expired, or already replaced."


class InvalidOverlap(DomainError):
    """The old key cannot live on for that long."""

    code = "invalid_overlap"
    fix = f"Let the old key live on for 0 to {LONGEST_OVERLAP.days} days."


class TooManyKeys(DomainError):
    """The agent has as many living keys as one may have."""

    code = "too_many_keys"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Revoke a key that is no longer used."


@dataclass(frozen=True)
class NewKey:
    key: ApiKey
    text: str = field(repr=False)  # shown once, kept nowhere


@transaction.atomic
def issue_key(
    *,
    account_id: UUID,
    by: Actor,
    at: datetime,
    label: str = "",
    scopes: Collection[str] = ApiKey.SCOPES,
    per_call_micros: int | None = None,
    per_day_micros: int | None = None,
    per_month_micros: int | None = None,
    networks: Collection[Network] = (),
    expires_at: datetime | None = None,
    giver_id: UUID | None = None,
) -> NewKey:
    """`giver_id`: the key that issues it. What is not said is then as the giver has it, not without a limit."""
    # The account's row is the queue for keys issued at once: none slips past the limit on their number.
    account = Account.objects.select_for_update(no_key=True).get(pk=account_id)
    living = ApiKey.objects.filter(account=account, revoked_at__isnull=True).exclude(expires_at__lte=at).count()
    if living >= MOST_KEYS:
        raise TooManyKeys(f"An agent has at most {MOST_KEYS} keys at a time.")
    key = ApiKey(
        account=account,
        mode=account.mode,
        label=policies.check_name(label, param="/label") if label else "",
        scopes=policies.check_scopes(scopes, known=ApiKey.SCOPES),
        per_call_micros=policies.check_cap(per_call_micros, param="/caps/per_call"),
        per_day_micros=policies.check_cap(per_day_micros, param="/caps/per_day"),
        per_month_micros=policies.check_cap(per_month_micros, param="/caps/per_month"),
        networks=list(networks),
        created_at=at,
        expires_at=policies.check_key_end(expires_at, at=at),
    )
    if giver_id is not None:
        _take_from(_lock_giver(account_id, giver_id, at), key)
    new = _make(key)
    audit.record(
        action=Audit.Action.KEY_ISSUED, by=by, subject_id=new.key.id, at=at, facts={"account": str(account.id)}
    )
    return new


@transaction.atomic
def rotate_key(
    *,
    account_id: UUID,
    key_id: UUID,
    by: Actor,
    at: datetime,
    overlap: timedelta = OVERLAP,
    giver_id: UUID | None = None,
) -> NewKey:
    """Make a key that may do the same; the old one lives on for the overlap, and no longer than it would have."""
    if not timedelta() <= overlap <= LONGEST_OVERLAP:
        raise InvalidOverlap("The old key cannot live on for that long.", param="/overlap_seconds")
    old = _lock_for(giver_id, account_id, key_id, at)
    if old.has_ended(at) or ApiKey.objects.filter(replaces=old).exists():
        raise KeyEnded("This key cannot be rotated any more.")
    new = _make(
        ApiKey(
            account_id=old.account_id,
            mode=old.mode,
            label=old.label,
            scopes=old.scopes,
            per_call_micros=old.per_call_micros,
            per_day_micros=old.per_day_micros,
            per_month_micros=old.per_month_micros,
            networks=old.networks,
            created_at=at,
            expires_at=old.expires_at,
            replaces=old,
            counted_with_id=old.purse_id,
        )
    )
    ends_at = at + overlap
    old.expires_at = min(ends_at, old.expires_at) if old.expires_at else ends_at
    old.save(update_fields=["expires_at"])
    audit.record(
        action=Audit.Action.KEY_ROTATED, by=by, subject_id=old.id, at=at, facts={"replaced_by": str(new.key.id)}
    )
    _forget(old)
    return new


@transaction.atomic
def limit_key(
    *,
    account_id: UUID,
    key_id: UUID,
    by: Actor,
    at: datetime,
    per_call_micros: int | None,
    per_day_micros: int | None,
    per_month_micros: int | None,
) -> ApiKey:
    """Set all three caps; None is none."""
    key = _lock(account_id, key_id)
    if key.has_ended(at):
        raise KeyEnded("This key has ended.")
    key.per_call_micros = policies.check_cap(per_call_micros, param="/caps/per_call")
    key.per_day_micros = policies.check_cap(per_day_micros, param="/caps/per_day")
    key.per_month_micros = policies.check_cap(per_month_micros, param="/caps/per_month")
    key.save(update_fields=["per_call_micros", "per_day_micros", "per_month_micros"])
    caps = {"per_call": per_call_micros, "per_day": per_day_micros, "per_month": per_month_micros}
    audit.record(action=Audit.Action.KEY_LIMITED, by=by, subject_id=key.id, at=at, facts={"micros": caps})
    _forget(key)
    return key


@transaction.atomic
def revoke_key(*, account_id: UUID, key_id: UUID, by: Actor, at: datetime, giver_id: UUID | None = None) -> ApiKey:
    """End a key: everywhere within a second. Revoked already: nothing changes, and nothing is recorded."""
    key = _lock_for(giver_id, account_id, key_id, at)
    if key.revoked_at is None:
        key.revoked_at = at
        key.save(update_fields=["revoked_at"])
        audit.record(action=Audit.Action.KEY_REVOKED, by=by, subject_id=key.id, at=at)
        _forget(key)
    return key


def _make(key: ApiKey) -> NewKey:
    secret = key_text.new_secret()
    key.secret_hash = key_text.digest(secret)
    key.save(force_insert=True)
    return NewKey(key, key_text.write(mode=key.mode, key_id=key.id, secret=secret))


def _lock(account_id: UUID, key_id: UUID) -> ApiKey:
    key = ApiKey.objects.select_for_update(no_key=True).filter(pk=key_id, account_id=account_id).first()
    if key is None:
        raise KeyNotFound("There is no such key.")
    return key


def _lock_for(giver_id: UUID | None, account_id: UUID, key_id: UUID, at: datetime) -> ApiKey:
    """The key, for whoever may renew or end it: a person, the key itself, or a key that may do as much."""
    if giver_id is None or giver_id == key_id:
        return _lock(account_id, key_id)
    # The account's row first: two keys that handle each other would wait for each other.
    Account.objects.select_for_update(no_key=True).get(pk=account_id)
    giver, key = _lock_giver(account_id, giver_id, at), _lock(account_id, key_id)
    policies.check_gives(giver.powers(), key.powers())
    return key


def _lock_giver(account_id: UUID, giver_id: UUID, at: datetime) -> ApiKey:
    giver = _lock(account_id, giver_id)
    # Read anew: who calls may have been let in by what was known of the key a moment ago.
    if giver.has_ended(at):
        raise KeyEnded("This key has ended, and gives nothing any more.")
    return giver


def _take_from(giver: ApiKey, key: ApiKey) -> None:
    for name in ("per_call_micros", "per_day_micros", "per_month_micros", "expires_at"):
        if getattr(key, name) is None:
            setattr(key, name, getattr(giver, name))
    key.networks = key.networks or giver.networks
    if giver.powers().is_counted:
        key.counted_with_id = giver.purse_id
    policies.check_gives(giver.powers(), key.powers())


def _forget(key: ApiKey) -> None:
    # At once in this process; the others find out when what they know is no longer fresh.
    transaction.on_commit(partial(authentication.known_keys.forget, key.id))
