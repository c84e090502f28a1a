"""Reading a webhook: nothing in it is believed before its signature is.

The scheme is Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature` over both and the body.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from sightline.errors import InvalidSignature

TOLERANCE_SECONDS = 300
_PREFIX = "whsec_"


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secret: str,
    *,
    now: float | None = None,
    tolerance_seconds: float = TOLERANCE_SECONDS,
) -> dict[str, Any]:
    """What the webhook tells, if it is signed with that secret and was sent within the last minutes.

    `body` are the bytes as they came: parsed and written again they are others. The same message may come more than
    once; its `webhook-id` stays the same.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, sent_at = given["webhook-id"], given["webhook-timestamp"]
        signatures = given["webhook-signature"].split()
    except KeyError as missing:
        raise InvalidSignature(f"The header {missing.args[0]} is missing.") from None
    if not (sent_at.isascii() and sent_at.isdigit()):
        raise InvalidSignature("The header webhook-timestamp is no moment.")
    if abs((time.time() if now is None else now) - int(sent_at)) > tolerance_seconds:
        raise InvalidSignature("It was sent too long ago, or one of the two clocks is wrong.")
    expected = sign(body, message_id, int(sent_at), secret)
    if not any(hmac.compare_digest(expected, each) for each in signatures):
        raise InvalidSignature("The signature is not made with this secret.")
    told = json.loads(body)
    if not isinstance(told, dict):
        raise InvalidSignature("It is signed, but it is no webhook of an exchange.")
    return told


def sign(body: bytes, message_id: str, sent_at: int, secret: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        raise InvalidSignature("The secret is none: it begins with whsec_ and goes on in base64.") from None
    signed = f"{message_id}.{sent_at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
