"""Encryption at rest: what is kept can be read by whoever has MEDIA_KEYS, and by nobody who only has the disk.

AES-256-GCM, a nonce of its own for each file, bound to the file's name, so that no file can be put in another's place.
The first key seals, every key opens: a new one is put in front, and the old one stays as long as anything is under it.
"""

import hashlib
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from market.config import config
from market.errors import DomainError, Kind
from market.media_address import read_media_keys

MARK = b"\x00slk1"  # no picture begins like this
_NAME, _NONCE = 8, 12


class Sealed(DomainError):
    """What is kept was sealed with a key that is not here."""

    code = "media_key_missing"
    kind = Kind.UNAVAILABLE
    fix = "Give back to MEDIA_KEYS the key that was in it when this was kept."


def sealed(data: bytes, *, name: str) -> bytes:
    """The bytes to keep: themselves, where no key is configured."""
    keys = _keys()
    if not keys:
        return data
    key_name, key = next(iter(keys.items()))
    nonce = secrets.token_bytes(_NONCE)
    return MARK + key_name + nonce + AESGCM(key).encrypt(nonce, data, name.encode())


def opened(kept: bytes, *, name: str, sha256: str) -> bytes:
    """What was kept before there was a key is read as it is."""
    if not kept.startswith(MARK) or hashlib.sha256(kept).hexdigest() == sha256:
        return kept
    at = len(MARK)
    key_name, nonce = kept[at : at + _NAME], kept[at + _NAME : at + _NAME + _NONCE]
    key = _keys().get(key_name)
    if key is None:
        raise Sealed("This was sealed with a key that is not configured.")
    try:
        return AESGCM(key).decrypt(nonce, kept[at + _NAME + _NONCE :], name.encode())
    except InvalidTag as error:
        raise Sealed("This was changed since it was sealed, or lies under another's name.") from error


@cache
def _keys() -> dict[bytes, bytes]:
    """By short names of their own, made from the keys. The first one seals."""
    keys = read_media_keys(config.media_keys.get_secret_value())
    return {hashlib.sha256(b"name of " + key).digest()[:_NAME]: key for key in keys}
