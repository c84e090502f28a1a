"""The one door to x402: payments that a program signs and somebody else, the facilitator, checks and puts on a chain.

We know no chain and hold no key: what is signed says whom it pays, how much and until when, and the facilitator is
asked whether that is true and to carry it out. Never called inside a transaction.

The package of x402 is loaded where it is first used: most processes, and most houses, never are asked for it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, ClassVar, Final
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import transaction
from pydantic import ValidationError

from market.errors import DomainError, Kind

if TYPE_CHECKING:
    from x402.schemas import PaymentRequirements

SCHEME: Final = "exact"
SECONDS: Final = 30
# How long a signature has to be good for at most: until the chain has it.
VALID_SECONDS: Final = 300


class NotAPayment(DomainError):
    """The header is no signed payment of the sort that was asked for."""

    code = "not_a_payment"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = "Send what the 402 asked for: sign one of its `accepts` and send it as PAYMENT-SIGNATURE."


class PaymentRefused(Exception):
    """The facilitator says that this payment cannot be carried out, and why."""


class PaymentUnclear(Exception):
    """The facilitator gave no answer, or none that says what became of it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What was signed: who pays us how much, once."""

    network: str
    payer: str
    nonce: str
    amount_micros: int
    signed: Mapping[str, Any]  # the payload as it came


def is_open() -> bool:
    return bool(settings.X402_PAY_TO)


def ask(amount_micros: int, *, address: str, why: str) -> tuple[str, dict[str, Any]]:
    """What has to be paid, as the header that programs read, and as plain JSON."""
    from x402.http.utils import encode_payment_required_header  # noqa: PLC0415
    from x402.schemas import PaymentRequired, ResourceInfo  # noqa: PLC0415

    wanted = PaymentRequired(error=why, resource=ResourceInfo(url=address), accepts=[_requirements(amount_micros)])
    return encode_payment_required_header(wanted), wanted.model_dump(mode="json", by_alias=True, exclude_none=True)


def read(header: str, *, amount_micros: int) -> Offer:
    """The signed payment, held against what was asked for. Whether the signature is right is `verify`'s."""
    from x402.http.utils import decode_payment_signature_header  # noqa: PLC0415
    from x402.schemas import PaymentPayload  # noqa: PLC0415

    try:
        payload = decode_payment_signature_header(header)
        if not isinstance(payload, PaymentPayload):
            raise NotAPayment("This is a payment of version 1 of x402; version 2 was asked for.")
        signed = dict(payload.payload["authorization"])
        offer = Offer(
            network=str(payload.accepted.network),
            payer=str(signed["from"]).lower(),
            nonce=str(signed["nonce"]).lower(),
            amount_micros=int(signed["value"]),
            signed=payload.model_dump(mode="json", by_alias=True, exclude_none=True),
        )
        pays = str(signed["to"]).lower()
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise NotAPayment("The payment cannot be read.") from error
    if payload.accepted != _requirements(amount_micros) or pays != settings.X402_PAY_TO.lower():
        raise NotAPayment("This is not the payment that was asked for.")
    if offer.amount_micros != amount_micros or not is_word(offer.nonce):
        raise NotAPayment("This is not the amount that was asked for.")
    return offer


def good_until(signed: Mapping[str, Any]) -> datetime:
    """Until when the chain takes what was signed."""
    return datetime.fromtimestamp(int(signed["payload"]["authorization"]["validBefore"]), UTC)


def verify(offer: Offer) -> None:
    """Raises `PaymentRefused` where the signature, the balance behind it or the nonce is not good."""
    from x402.schemas import VerifyResponse  # noqa: PLC0415

    found = VerifyResponse.model_validate(_asked("verify", offer))
    if not found.is_valid:
        raise PaymentRefused(found.invalid_reason or "invalid")
    if (found.payer or offer.payer).lower() != offer.payer:
        raise PaymentRefused("another_payer")


def settle(offer: Offer) -> str:
    """Have it carried out; answers the id of the transaction on the chain."""
    from x402.schemas import SettleResponse  # noqa: PLC0415

    found = SettleResponse.model_validate(_asked("settle", offer))
    if not found.success:
        raise PaymentRefused(found.error_reason or "refused")
    return found.transaction


def receipt(*, transaction_id: str, network: str, payer: str) -> str:
    """What came of it, as the header that programs read."""
    from x402.http.utils import encode_payment_response_header  # noqa: PLC0415
    from x402.schemas import SettleResponse  # noqa: PLC0415

    done = SettleResponse(success=True, transaction=transaction_id, network=network, payer=payer)
    return encode_payment_response_header(done)


def _requirements(amount_micros: int) -> "PaymentRequirements":
    from x402.schemas import PaymentRequirements  # noqa: PLC0415

    # A USD coin with six decimals: its smallest unit is our micro.
    return PaymentRequirements(
        scheme=SCHEME,
        network=settings.X402_NETWORK,
        asset=settings.X402_ASSET,
        amount=str(amount_micros),
        pay_to=settings.X402_PAY_TO,
        max_timeout_seconds=VALID_SECONDS,
        extra={"name": settings.X402_ASSET_NAME, "version": "2"},
    )


def is_word(text: str) -> bool:
    """32 bytes as chains write them: a nonce, or the id of a transaction."""
    return len(text) == 66 and text.startswith("0x") and set(text[2:]) <= set("0123456789abcdef")


def _asked(what: str, offer: Offer) -> Any:
    with transaction.atomic(durable=True):
        pass  # raises where a transaction is open: the answer may take seconds
    body = {
        "x402Version": 2,
        "paymentPayload": offer.signed,
        "paymentRequirements": _requirements(offer.amount_micros).model_dump(mode="json", by_alias=True),
    }
    request = Request(  # noqa: S310 - an address of the house's own settings, http or https
        f"{settings.X402_FACILITATOR_URL.rstrip('/')}/{what}",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return json.load(answer)
    except HTTPError as error:
        raise PaymentUnclear(f"the facilitator answered {error.code}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise PaymentUnclear(f"the facilitator gave no answer: {type(error).__name__}") from error
