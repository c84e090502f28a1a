"""Our signatures, read by the reference library of Standard Webhooks."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from market.ids import new_id
from market.webhooks import signing

KEY = "a key of the house"
BODY = b'{"type":"bounty.opened"}'


def headers(at: datetime, *secret_ids: object) -> dict[str, str]:
    return dict(signing.headers(message_id="evt_1", at=at, body=BODY, secret_ids=secret_ids, key=KEY))  # type: ignore[arg-type]


def test_the_reference_library_verifies_what_we_sign() -> None:
    secret_id = new_id()
    library = Webhook(signing.secret(secret_id, key=KEY))
    assert library.verify(BODY, headers(datetime.now(UTC), secret_id)) == {"type": "bounty.opened"}


def test_with_two_secrets_whoever_knows_one_of_them_can_verify() -> None:
    old, new = new_id(), new_id()
    signed = headers(datetime.now(UTC), new, old)
    for secret_id in (old, new):
        Webhook(signing.secret(secret_id, key=KEY)).verify(BODY, signed)
    with pytest.raises(WebhookVerificationError):
        Webhook(signing.secret(new_id(), key=KEY)).verify(BODY, signed)


def test_a_changed_body_id_or_moment_is_noticed() -> None:
    secret_id = new_id()
    library = Webhook(signing.secret(secret_id, key=KEY))
    signed = headers(datetime.now(UTC), secret_id)
    old = headers(datetime.now(UTC) - timedelta(minutes=6), secret_id)
    for body, said in [(BODY + b" ", signed), (BODY, signed | {"webhook-id": "evt_2"}), (BODY, old)]:
        with pytest.raises(WebhookVerificationError):
            library.verify(body, said)


def test_a_secret_cannot_be_told_from_its_id_without_the_houses_key() -> None:
    secret_id = new_id()
    assert signing.secret(secret_id, key=KEY) != signing.secret(secret_id, key=KEY + "x")
    assert len(signing.secret(secret_id, key=KEY)) == len("whsec_") + 44
