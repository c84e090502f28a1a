"""The keys that sign for this house: receipts (Ed25519) and delivered pictures (C2PA). Made once, on this machine.

A key that is retired is moved into `retired/` below the keys folder: it signs nothing any more and is published for
good, because receipts live as long as observations do.
"""

import os
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from market.config import config
from market.engine.layout import Layout
from market.ids import new_id
from verification import receipt


def folder() -> Path:
    return Layout(config.home).keys


@cache
def receipt_key() -> Ed25519PrivateKey:
    named = config.receipt_key.get_secret_value()
    pem = named.encode() if named else made_once(folder() / "receipt.pem", _new_receipt_key)
    return _ed25519(pem)


def published() -> dict[str, Any]:
    """What stands under /.well-known/sightline-receipt-keys.json."""
    retired = sorted((folder() / "retired").glob("*.pem")) if (folder() / "retired").is_dir() else []
    keys: list[Ed25519PublicKey] = [receipt_key().public_key()]
    keys += [_ed25519(path.read_bytes()).public_key() for path in retired]
    return receipt.published(keys)


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
