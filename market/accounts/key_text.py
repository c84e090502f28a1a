"""What a key looks like outside: `sl_test_<public id>_<secret>`, and how its secret is kept. Pure: no row, no clock.

The secret is 256 bits from the system's random source. There is nothing to guess and no dictionary to try, so one
SHA-256 keeps it: a slow hash (Argon2, PBKDF2) makes guessing a person's password dear, and would here only make every
request dear. For the same reason the hashes need no salt.
"""

import re
import secrets
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from market import ids

_TEXT = re.compile(r"sl_(test|live)_([0-9a-z]{26})_([a-z2-7]{52})", re.ASCII)
_SECRET_BYTES = 32


@dataclass(frozen=True)
class PresentedKey:
    """A text that has the form of a key. Whether it is one, only its row can tell."""

    mode: str
    id: UUID
    secret: str = field(repr=False)


def new_secret() -> str:
    return b32encode(secrets.token_bytes(_SECRET_BYTES)).decode().rstrip("=").lower()


def digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def write(*, mode: str, key_id: UUID, secret: str) -> str:
    return f"sl_{mode}_{_outside(key_id)}_{secret}"


def read(text: str) -> PresentedKey | None:
    match = _TEXT.fullmatch(text)
    if match is None:
        return None
    mode, letters, secret = match.groups()
    key_id = ids.decode("key", f"key_{letters}")
    return None if key_id is None else PresentedKey(mode, key_id, secret)


def hint(*, mode: str, key_id: UUID) -> str:
    """The part of a key that may be shown and logged."""
    return f"sl_{mode}_{_outside(key_id)}"


def _outside(key_id: UUID) -> str:
    return ids.encode("key", key_id).removeprefix("key_")
