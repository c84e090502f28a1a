"""The life of the keys that sign receipts: noted at first use, retired when another takes over, revoked when lost."""

from datetime import datetime
from typing import ClassVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import transaction

from market.errors import DomainError, Kind
from verification import keys, receipt
from verification.models import SigningKey


class NoSuchKey(DomainError):
    """No receipt was ever signed with this key."""

    code = "no_such_key"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "`manage.py receipt_keys` lists the keys there are."


class KeyDoesNotSign(DomainError):
    """The key that this process signs with was retired or revoked."""

    code = "signing_key_retired"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    retryable = True
    fix = "Receipts are signed again once this house was started with its new key."


@transaction.atomic
def key_in_use(*, at: datetime) -> Ed25519PrivateKey:
    """The key to sign with, known to everybody before anything is signed with it.

    Until the caller's transaction ends it cannot be retired: no receipt is dated after the end of its key.
    """
    key = keys.receipt_key()
    public = receipt.published_key(key.public_key()).public_key
    kid = receipt.key_id(key.public_key())
    SigningKey.objects.get_or_create(kid=kid, defaults={"public_key": public, "first_used_at": at})
    row = SigningKey.objects.select_for_update().get(pk=kid)
    if row.retired_at is not None:
        raise KeyDoesNotSign("The key for receipts was retired.")
    return key


@transaction.atomic
def retire_key(*, kid: str, at: datetime) -> SigningKey:
    """Once every process has the new key. Retired again, it changes nothing."""
    row = _locked(kid)
    if row.retired_at is None:
        row.retired_at = max(at, row.first_used_at)
        row.save(update_fields=["retired_at"])
    return row


@transaction.atomic
def revoke_key(*, kid: str, at: datetime) -> SigningKey:
    """Somebody else has it, or may have. What it signed can be told from a forgery by nobody."""
    row = _locked(kid)
    if row.revoked_at is None:
        row.retired_at = row.retired_at or max(at, row.first_used_at)
        row.revoked_at = at
        row.save(update_fields=["retired_at", "revoked_at"])
    return row


def _locked(kid: str) -> SigningKey:
    row = SigningKey.objects.select_for_update().filter(pk=kid).first()
    if row is None:
        raise NoSuchKey(f"There is no key {kid}.")
    return row
