import base64
from typing import Any

import pytest
from sightline.errors import InvalidSignature
from sightline.webhooks import sign, verify

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
OTHER = "whsec_" + base64.b64encode(b"another secret, of the same size").decode()
BODY = b'{"type": "bounty.opened", "timestamp": "2026-11-20T12:00:00Z", "data": {}}'
SENT = 1_780_000_000


def headers(*secrets: str, body: bytes = BODY) -> dict[str, str]:
    signatures = " ".join(sign(body, "evt_1", SENT, secret) for secret in secrets)
    return {"Webhook-Id": "evt_1", "Webhook-Timestamp": str(SENT), "Webhook-Signature": signatures}


def test_what_was_signed_is_read() -> None:
    assert verify(BODY, headers(SECRET), SECRET, now=SENT + 5)["type"] == "bounty.opened"


def test_one_of_two_secrets_is_enough_while_they_are_changed() -> None:
    assert verify(BODY, headers(OTHER, SECRET), SECRET, now=SENT)["data"] == {}


@pytest.mark.parametrize(
    ("body", "changes", "now"),
    [
        (BODY + b" ", {}, SENT),
        (BODY, {"Webhook-Id": "evt_2"}, SENT),
        (BODY, {"Webhook-Timestamp": str(SENT + 1)}, SENT),
        (BODY, {"Webhook-Timestamp": "soon"}, SENT),
        (BODY, {"Webhook-Signature": ""}, SENT),
        (BODY, {"Webhook-Signature": "v1,AAAA"}, SENT),
        (BODY, {}, SENT + 301),
        (BODY, {}, SENT - 301),
    ],
)
def test_what_was_altered_or_comes_too_late_is_refused(body: bytes, changes: dict[str, str], now: int) -> None:
    with pytest.raises(InvalidSignature):
        verify(body, headers(SECRET) | changes, SECRET, now=now)


@pytest.mark.parametrize("missing", ["Webhook-Id", "Webhook-Timestamp", "Webhook-Signature"])
def test_a_missing_header_is_named(missing: str) -> None:
    given: dict[str, Any] = {name: value for name, value in headers(SECRET).items() if name != missing}
    with pytest.raises(InvalidSignature, match=missing.lower()):
        verify(BODY, given, SECRET, now=SENT)


def test_another_secret_or_none_is_refused() -> None:
    for secret in (OTHER, "whsec_???"):
        with pytest.raises(InvalidSignature):
            verify(BODY, headers(SECRET), secret, now=SENT)


def test_a_signed_list_is_no_webhook() -> None:
    with pytest.raises(InvalidSignature):
        verify(b"[]", headers(SECRET, body=b"[]"), SECRET, now=SENT)
