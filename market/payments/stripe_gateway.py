"""The one door to Stripe: each call under an idempotency key of ours, within a bounded time, answered in our words.

Never called inside a transaction: an answer that takes seconds would hold rows for as long, and a rollback would forget
what Stripe has done. What the words mean, and how a call can fail, stands in `stripe_words`.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.db import transaction

from market.payments import stripe_answers as answers
from market.payments.stripe_words import (
    BadSignature,
    Checkout,
    Contested,
    Funds,
    LiveMoneyClosed,
    NotFound,
    Notice,
    PaymentAsked,
    Recipient,
    RefundAsked,
    Transaction,
    Transferred,
)

if TYPE_CHECKING:
    import stripe
    from stripe.params import RefundCreateParams, TransferCreateParams
    from stripe.params.checkout import SessionCreateParams
    from stripe.params.v2.core import AccountCreateParams, AccountLinkCreateParams

_PAGE: Final = 100


def is_open() -> bool:
    """Whether real money can move in this house at all."""
    return bool(settings.STRIPE_API_KEY)


def require_open() -> None:
    if not is_open():
        raise LiveMoneyClosed("This house takes no real money.")


@contextmanager
def _calling() -> Iterator["stripe.StripeClient"]:
    """The client, and what goes wrong while it is used in our own words."""
    require_open()
    with transaction.atomic(durable=True):
        pass  # raises where a transaction is open: see above
    from market.payments import stripe_sdk  # noqa: PLC0415 - see there: only who calls Stripe has to load it

    with stripe_sdk.calling(settings.STRIPE_API_KEY, settings.STRIPE_API_ADDRESS, settings.STRIPE_RETRIES) as client:
        yield client


# --- our own balance --------------------------------------------------------------------------------------------------


def funds() -> Funds:
    with _calling() as client:
        found = client.v1.balance.retrieve()
    return Funds(
        sum(each.amount for each in found.available if each.currency == "usd"),
        sum(each.amount for each in found.pending if each.currency == "usd"),
    )


def transactions(*, since: datetime) -> Iterator[Transaction]:
    """Every movement of our balance from that moment on, the newest first."""
    with _calling() as client:
        page = client.v1.balance_transactions.list({"created": {"gte": _stamp(since)}, "limit": _PAGE})
        for each in page.auto_paging_iter():
            yield answers.transaction(each)


# --- money in ---------------------------------------------------------------------------------------------------------


def make_checkout(
    *,
    lines: Sequence[tuple[str, int]],
    email: str,
    description: str,
    metadata: dict[str, str],
    return_address: str,
    saves_card: bool,
    key: str,
) -> Checkout:
    """A payment page for these lines, a name and cents each."""
    params: SessionCreateParams = {
        "mode": "payment",
        "line_items": [
            {"quantity": 1, "price_data": {"currency": "usd", "unit_amount": cents, "product_data": {"name": name}}}
            for name, cents in lines
        ],
        "allowed_payment_method_types": ["card"],
        "customer_email": email,
        "metadata": metadata,
        "payment_intent_data": {
            "metadata": metadata,
            "capture_method": "automatic",  # at once: else its fee is not known yet when we hear of it
            "receipt_email": email,
            "description": description,
        },
        "success_url": return_address,
        "cancel_url": return_address,
    }
    if saves_card:
        params["payment_intent_data"]["setup_future_usage"] = "off_session"
        params["customer_creation"] = "always"
    with _calling() as client:
        return answers.checkout(client.v1.checkout.sessions.create(params, {"idempotency_key": key}))


def checkout(session_id: str) -> Checkout:
    with _calling() as client:
        return answers.checkout(client.v1.checkout.sessions.retrieve(session_id))


def payment(payment_id: str) -> PaymentAsked:
    with _calling() as client:
        expand = ["latest_charge.balance_transaction"]
        return answers.payment(client.v1.payment_intents.retrieve(payment_id, {"expand": expand}))


def payment_of_charge(charge_id: str) -> str:
    """Which payment a charge belongs to."""
    with _calling() as client:
        return answers.id_of(client.v1.charges.retrieve(charge_id).payment_intent)


def charge_saved_card(
    *, customer: str, method: str, amount_cents: int, metadata: dict[str, str], description: str, email: str, key: str
) -> PaymentAsked:
    """Ask the bank for money while nobody is there to answer its questions."""
    with _calling() as client:
        made = client.v1.payment_intents.create(
            {
                "amount": amount_cents,
                "currency": "usd",
                "customer": customer,
                "payment_method": method,
                "off_session": True,
                "confirm": True,
                "capture_method": "automatic",
                "metadata": metadata,
                "description": description,
                "receipt_email": email,
                "expand": ["latest_charge.balance_transaction"],
            },
            {"idempotency_key": key},
        )
        return answers.payment(made)


def forget_card(method: str, *, key: str) -> None:
    with _calling() as client:
        client.v1.payment_methods.detach(method, options={"idempotency_key": key})


def make_refund(*, payment_id: str, amount_cents: int, metadata: dict[str, str], key: str) -> RefundAsked:
    params: RefundCreateParams = {
        "payment_intent": payment_id,
        "amount": amount_cents,
        "reason": "requested_by_customer",
        "metadata": metadata,
        "expand": list(_REFUND_EXPANDED),
    }
    with _calling() as client:
        return answers.refund(client.v1.refunds.create(params, {"idempotency_key": key}))


def refund(refund_id: str) -> RefundAsked:
    with _calling() as client:
        return answers.refund(client.v1.refunds.retrieve(refund_id, {"expand": list(_REFUND_EXPANDED)}))


_REFUND_EXPANDED: Final = ("balance_transaction", "failure_balance_transaction")


def refunds_of(payment_id: str) -> list[RefundAsked]:
    with _calling() as client:
        expand = [f"data.{each}" for each in _REFUND_EXPANDED]
        page = client.v1.refunds.list({"payment_intent": payment_id, "limit": _PAGE, "expand": expand})
        return [answers.refund(each) for each in page.auto_paging_iter()]


def payments_of(customer: str) -> Iterator[PaymentAsked]:
    """What was asked of this customer, the newest first."""
    with _calling() as client:
        expand = ["data.latest_charge.balance_transaction"]
        page = client.v1.payment_intents.list({"customer": customer, "limit": _PAGE, "expand": expand})
        for each in page.auto_paging_iter():
            yield answers.payment(each)


def contested(dispute_id: str) -> Contested:
    with _calling() as client:
        return answers.contested(client.v1.disputes.retrieve(dispute_id, {"expand": ["charge"]}))


# --- money out --------------------------------------------------------------------------------------------------------


def make_recipient(params: "AccountCreateParams", *, key: str) -> Recipient:
    with _calling() as client:
        wanted: AccountCreateParams = {**params, "include": list(_ACCOUNT_PARTS)}
        return answers.recipient(client.v2.core.accounts.create(wanted, {"idempotency_key": key}))


def recipient(account_id: str) -> Recipient:
    with _calling() as client:
        return answers.recipient(client.v2.core.accounts.retrieve(account_id, {"include": list(_ACCOUNT_PARTS)}))


_ACCOUNT_PARTS: Final = ("configuration.recipient", "identity", "requirements")


def onboarding_address(params: "AccountLinkCreateParams", *, key: str) -> str:
    """Where a scout tells Stripe who they are. Good for minutes, and for one visit."""
    with _calling() as client:
        return client.v2.core.account_links.create(params, {"idempotency_key": key}).url


def make_transfer(params: "TransferCreateParams", *, key: str) -> Transferred:
    with _calling() as client:
        return answers.transfer(client.v1.transfers.create(params, {"idempotency_key": key}))


def transfer(transfer_id: str) -> Transferred:
    with _calling() as client:
        return answers.transfer(client.v1.transfers.retrieve(transfer_id))


def transfers_in_group(group: str) -> list[Transferred]:
    """What has been sent for one payout: at most one, however often it was asked for."""
    with _calling() as client:
        return [
            answers.transfer(each) for each in client.v1.transfers.list({"transfer_group": group}).auto_paging_iter()
        ]


def reversals(transfer_id: str) -> list[tuple[str, int]]:
    """What came back of a transfer: each time's id and cents."""
    with _calling() as client:
        page = client.v1.transfers.reversals.list(transfer_id, {"limit": _PAGE})
        return [(each.id, each.amount) for each in page.auto_paging_iter()]


def transfer_of_reversal(transaction_id: str) -> str:
    """Of a movement of our balance that is a transfer's coming back: which transfer."""
    with _calling() as client:
        found = client.v1.balance_transactions.retrieve(transaction_id, {"expand": ["source"]})
        return answers.id_of(getattr(answers.whole(found.source), "transfer", None))


def newest_bank_failure(account_id: str) -> str:
    """Why the bank sent back what Stripe last paid out to a scout; empty if it arrived."""
    with _calling() as client:
        options: stripe.RequestOptions = {"stripe_account": account_id}
        for each in client.v1.payouts.list({"limit": _PAGE}, options).auto_paging_iter():
            if each.status in ("paid", "failed"):
                return str(each.failure_code or "failed") if each.status == "failed" else ""
    return ""


# --- what happened ----------------------------------------------------------------------------------------------------


def read_webhook(body: bytes, signature: str, *, secret: str) -> Notice:
    """What a webhook says, once its signature over the body as it came is right."""
    from market.payments import stripe_sdk  # noqa: PLC0415

    try:
        stripe_sdk.check_signature(body, signature, secret=secret)
        return answers.notice(json.loads(body))
    except (stripe_sdk.SignatureVerificationError, ValueError, KeyError, TypeError) as error:
        raise BadSignature("This was not signed by Stripe for this address.") from error


def notices(*, since: datetime) -> Iterator[Notice]:
    """What has happened from that moment on, whether or not a webhook told of it. Stripe keeps it for 30 days."""
    with _calling() as client:
        for each in client.v1.events.list({"created": {"gte": _stamp(since)}, "limit": _PAGE}).auto_paging_iter():
            yield answers.notice(each.to_dict())
        for thin in client.v2.core.events.list({"created": {"gte": _iso(since)}, "limit": _PAGE}).auto_paging_iter():
            yield answers.notice(thin.to_dict())


def notice(event_id: str) -> Notice:
    try:
        with _calling() as client:
            return answers.notice(client.v1.events.retrieve(event_id).to_dict())
    except NotFound as not_there:
        if not_there.code != "resource_missing":
            raise
    with _calling() as client:
        return answers.notice(client.v2.core.events.retrieve(event_id).to_dict())


def _stamp(at: datetime) -> int:
    return int(at.timestamp())


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
