"""The keys that sign for this house: receipts (Ed25519) and delivered pictures (C2PA). Made once, on this machine.

Private keys stand in files or in a setting and nowhere else. Which public ones there ever were, and which of them
count, the database knows (`operations/signing_keys.py`): receipts outlive the machine they were signed on.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from market.config import config
from market.engine.layout import Layout
from market.ids import new_id


def folder() -> Path:
    return Layout(config.home).keys


@cache
def receipt_key() -> Ed25519PrivateKey:
    named = config.receipt_key.get_secret_value()
    pem = named.encode() if named else made_once(folder() / "receipt.pem", _new_receipt_key)
    return _ed25519(pem)


def renew_receipt_key() -> Ed25519PrivateKey:
    """Another key in the file's place; the old one is forgotten. Processes that have it sign on until they end."""
    path = folder() / "receipt.pem"
    aside = path.parent / f".{new_id()}"
    made_once(aside, _new_receipt_key)
    aside.replace(path)
    receipt_key.cache_clear()
    return receipt_key()


def made_once(path: Path, make: Any) -> bytes:
    """What this file holds; of two processes that make it at the same moment, the first one's."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        aside = path.parent / f".{new_id()}"
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass
        finally:
            aside.unlink()
    return path.read_bytes()


def _new_receipt_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _ed25519(pem: bytes) -> Ed25519PrivateKey:
    key = load_pem_private_key(pem, None)
    if not isinstance(key, Ed25519PrivateKey):
        raise TypeError("receipts are signed with an Ed25519 key")
    return key
