"""Signatures after Standard Webhooks (standardwebhooks.com), and where their secrets come from. Pure.

A secret is made from its id and the house's own key, so none is stored: who has read the database can sign nothing.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

PREFIX = "whsec_"


def secret(secret_id: UUID, *, key: str) -> str:
    """As it is shown to whoever receives, and as every library for Standard Webhooks takes it."""
    return PREFIX + base64.b64encode(_raw(secret_id, key)).decode()


def headers(
    *, message_id: str, at: datetime, body: bytes, secret_ids: Sequence[UUID], key: str
) -> list[tuple[str, str]]:
    """Signed with every secret that is valid: whoever receives needs to know one of them."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    signatures = [f"v1,{_signature(_raw(secret_id, key), signed)}" for secret_id in secret_ids]
    return [
        ("webhook-id", message_id),
        ("webhook-timestamp", timestamp),
        ("webhook-signature", " ".join(signatures)),
    ]


def _raw(secret_id: UUID, key: str) -> bytes:
    return hmac.digest(key.encode(), b"webhook secret " + secret_id.bytes, hashlib.sha256)


def _signature(raw: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(raw, signed, hashlib.sha256)).decode()
