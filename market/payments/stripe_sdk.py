"""Stripe's own package, which nobody but `stripe_gateway` uses: its client, and its errors in our words.

Loading it takes as long as loading a quarter of everything else, so the gateway does that where it first calls.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

import stripe
from stripe import SignatureVerificationError

from market.payments.stripe_words import (
    BalanceTooLow,
    Declined,
    KeyConflict,
    NotFound,
    RateLimited,
    Refused,
    StripeTrouble,
    Unanswered,
    Unclear,
    Unwelcome,
)

__all__ = ["SignatureVerificationError", "calling", "check_signature"]

CONNECT_SECONDS: Final = 4.0
ANSWER_SECONDS: Final = 20.0
# How long a signature of a webhook is believed: Stripe signs each attempt anew.
SIGNATURE_SECONDS: Final = 300

# Neither how long our calls take nor on what machine they are made is anybody's business.
stripe.enable_telemetry = False


@lru_cache(maxsize=8)
def _client(key: str, address: str, retries: int) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        http_client=stripe.RequestsClient(timeout=(CONNECT_SECONDS, ANSWER_SECONDS)),
        base_addresses={"api": address} if address else None,
        # The SDK waits between them and repeats the key, so that they are one call to Stripe.
        max_network_retries=retries,
    )


@contextmanager
def calling(key: str, address: str, retries: int) -> Iterator[stripe.StripeClient]:
    """The client, and what goes wrong while it is used in our own words."""
    try:
        yield _client(key, address, retries)
    except stripe.StripeError as error:
        raise _in_our_words(error) from error


def check_signature(body: bytes, signature: str, *, secret: str) -> None:
    stripe.WebhookSignature.verify_header(body, signature, secret, SIGNATURE_SECONDS)


def _in_our_words(error: stripe.StripeError) -> StripeTrouble:  # noqa: PLR0911 - one line for each way to fail
    message, code = error.user_message or "Stripe gave no reason.", error.code or ""
    said: dict[str, Any] = {"code": code, "request_id": error.request_id or ""}
    status = error.http_status or 0
    match error:
        case stripe.RateLimitError():
            return RateLimited(message, **said)
        case stripe.IdempotencyError():
            return KeyConflict(message, **said)
        case stripe.AuthenticationError() | stripe.PermissionError():
            return Unwelcome(message, **said)
        case stripe.CardError():
            raw = error.json_body["error"] if isinstance(error.json_body, dict) else {}
            intent = raw.get("payment_intent") or {}
            return Declined(message, **said, decline=raw.get("decline_code") or code, payment_id=intent.get("id", ""))
        case stripe.APIConnectionError():
            return Unanswered(message, **said)
    if code in ("balance_insufficient", "insufficient_funds") or isinstance(error, stripe.InsufficientFundsError):
        return BalanceTooLow(message, **said)
    if code == "resource_missing" or status == 404:
        return NotFound(message, **said)
    # 409: somebody else is at this key or object just now. Below 400 and from 500 on nobody knows.
    if 400 <= status < 500 and status != 409:
        return Refused(message, **said)
    return Unclear(message, **said)
