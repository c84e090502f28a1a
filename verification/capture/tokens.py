"""The upload token: authorises one claim's capture and nothing else. Made from the grant's id, so none is stored."""

import base64
import hashlib
import hmac
import re
from uuid import UUID

_TOKEN = re.compile(r"slup_([0-9a-f]{32})_([A-Za-z0-9_-]{43})", re.ASCII)


def make(grant_id: UUID, *, secret: str) -> str:
    return f"slup_{grant_id.hex}_{_mark(grant_id, secret)}"


def read(token: str, *, secret: str) -> UUID | None:
    """The grant, if the token was made here. Costs no look into the database."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    grant_id = UUID(hex=found.group(1))
    return grant_id if hmac.compare_digest(found.group(2), _mark(grant_id, secret)) else None


def _mark(grant_id: UUID, secret: str) -> str:
    digest = hmac.digest(secret.encode(), b"upload token of " + grant_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
