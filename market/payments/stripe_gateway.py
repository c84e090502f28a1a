"""The one door to Stripe: each call under an idempotency key of ours, within a bounded time, answered in our words.

Never called inside a transaction: an answer that takes seconds would hold rows for as long, and a rollback would forget
what Stripe has done. What the words mean, and how a call can fail, stands in `stripe_words`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import stripe
from django.conf import settings
from django.db import transaction
from stripe.params import RefundCreateParams, TransferCreateParams
from stripe.params.checkout import SessionCreateParams
from stripe.params.v2.core import AccountCreateParams, AccountLinkCreateParams

from market.payments.stripe_words import (
    BadSignature,
    BalanceTooLow,
    Card,
    Charged,
    Checkout,
    Contested,
    Declined,
    Funds,
    KeyConflict,
    LiveMoneyClosed,
    NotFound,
    Notice,
    PaymentAsked,
    RateLimited,
    Recipient,
    RefundAsked,
    Refused,
    Requirement,
    StripeTrouble,
    Transaction,
    Transferred,
    Unclear,
    Unwelcome,
)

CONNECT_SECONDS: Final = 4.0
ANSWER_SECONDS: Final = 20.0
# How long a signature of a webhook is believed: Stripe signs each attempt anew.
SIGNATURE_SECONDS: Final = 300
_PAGE: Final = 100

# Neither how long our calls take nor on what machine they are made is anybody's business.
stripe.enable_telemetry = False


def is_open() -> bool:
    """Whether real money can move in this house at all."""
    return bool(settings.STRIPE_API_KEY)


def require_open() -> None:
    if not is_open():
        raise LiveMoneyClosed("This house takes no real money.")


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
def _calling() -> Iterator[stripe.StripeClient]:
    """The client, and what goes wrong while it is used in our own words."""
    require_open()
    with transaction.atomic(durable=True):
        pass  # raises where a transaction is open: see above
    try:
        yield _client(settings.STRIPE_API_KEY, settings.STRIPE_API_ADDRESS, settings.STRIPE_RETRIES)
    except stripe.StripeError as error:
        raise _in_our_words(error) from error


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
            return Unclear(message, **said)
    if code in ("balance_insufficient", "insufficient_funds") or isinstance(error, stripe.InsufficientFundsError):
        return BalanceTooLow(message, **said)
    if code == "resource_missing" or status == 404:
        return NotFound(message, **said)
    # 409: somebody else is at this key or object just now. Below 400 and from 500 on nobody knows.
    if 400 <= status < 500 and status != 409:
        return Refused(message, **said)
    return Unclear(message, **said)


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
            yield _transaction(each)


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
        return _checkout(client.v1.checkout.sessions.create(params, {"idempotency_key": key}))


def checkout(session_id: str) -> Checkout:
    with _calling() as client:
        return _checkout(client.v1.checkout.sessions.retrieve(session_id))


def payment(payment_id: str) -> PaymentAsked:
    with _calling() as client:
        expand = ["latest_charge.balance_transaction"]
        return _payment(client.v1.payment_intents.retrieve(payment_id, {"expand": expand}))


def payment_of_charge(charge_id: str) -> str:
    """Which payment a charge belongs to."""
    with _calling() as client:
        return _id(client.v1.charges.retrieve(charge_id).payment_intent)


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
        return _payment(made)


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
        return _refund(client.v1.refunds.create(params, {"idempotency_key": key}))


def refund(refund_id: str) -> RefundAsked:
    with _calling() as client:
        return _refund(client.v1.refunds.retrieve(refund_id, {"expand": list(_REFUND_EXPANDED)}))


_REFUND_EXPANDED: Final = ("balance_transaction", "failure_balance_transaction")


def refunds_of(payment_id: str) -> list[RefundAsked]:
    with _calling() as client:
        expand = [f"data.{each}" for each in _REFUND_EXPANDED]
        page = client.v1.refunds.list({"payment_intent": payment_id, "limit": _PAGE, "expand": expand})
        return [_refund(each) for each in page.auto_paging_iter()]


def payments_of(customer: str) -> Iterator[PaymentAsked]:
    """What was asked of this customer, the newest first."""
    with _calling() as client:
        expand = ["data.latest_charge.balance_transaction"]
        page = client.v1.payment_intents.list({"customer": customer, "limit": _PAGE, "expand": expand})
        for each in page.auto_paging_iter():
            yield _payment(each)


def contested(dispute_id: str) -> Contested:
    with _calling() as client:
        return _contested(client.v1.disputes.retrieve(dispute_id))


# --- money out --------------------------------------------------------------------------------------------------------


def make_recipient(params: AccountCreateParams, *, key: str) -> Recipient:
    with _calling() as client:
        wanted: AccountCreateParams = {**params, "include": list(_ACCOUNT_PARTS)}
        return _recipient(client.v2.core.accounts.create(wanted, {"idempotency_key": key}))


def recipient(account_id: str) -> Recipient:
    with _calling() as client:
        return _recipient(client.v2.core.accounts.retrieve(account_id, {"include": list(_ACCOUNT_PARTS)}))


_ACCOUNT_PARTS: Final = ("configuration.recipient", "identity", "requirements")


def onboarding_address(params: AccountLinkCreateParams, *, key: str) -> str:
    """Where a scout tells Stripe who they are. Good for minutes, and for one visit."""
    with _calling() as client:
        return client.v2.core.account_links.create(params, {"idempotency_key": key}).url


def make_transfer(params: TransferCreateParams, *, key: str) -> Transferred:
    with _calling() as client:
        return _transfer(client.v1.transfers.create(params, {"idempotency_key": key}))


def transfer(transfer_id: str) -> Transferred:
    with _calling() as client:
        return _transfer(client.v1.transfers.retrieve(transfer_id))


def transfers_in_group(group: str) -> list[Transferred]:
    """What has been sent for one payout: at most one, however often it was asked for."""
    with _calling() as client:
        return [_transfer(each) for each in client.v1.transfers.list({"transfer_group": group}).auto_paging_iter()]


def reversals(transfer_id: str) -> list[tuple[str, int]]:
    """What came back of a transfer: each time's id and cents."""
    with _calling() as client:
        page = client.v1.transfers.reversals.list(transfer_id, {"limit": _PAGE})
        return [(each.id, each.amount) for each in page.auto_paging_iter()]


def transfer_of_reversal(transaction_id: str) -> str:
    """Of a movement of our balance that is a transfer's coming back: which transfer."""
    with _calling() as client:
        found = client.v1.balance_transactions.retrieve(transaction_id, {"expand": ["source"]})
        return _id(getattr(_whole(found.source), "transfer", None))


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
    try:
        stripe.WebhookSignature.verify_header(body, signature, secret, SIGNATURE_SECONDS)
        return _notice(json.loads(body))
    except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError) as error:
        raise BadSignature("This was not signed by Stripe for this address.") from error


def notices(*, since: datetime) -> Iterator[Notice]:
    """What has happened from that moment on, whether or not a webhook told of it. Stripe keeps it for 30 days."""
    with _calling() as client:
        for each in client.v1.events.list({"created": {"gte": _stamp(since)}, "limit": _PAGE}).auto_paging_iter():
            yield _notice(each.to_dict())
        for thin in client.v2.core.events.list({"created": {"gte": _iso(since)}, "limit": _PAGE}).auto_paging_iter():
            yield _notice(thin.to_dict())


def notice(event_id: str) -> Notice:
    with _calling() as client:
        try:
            return _notice(client.v1.events.retrieve(event_id).to_dict())
        except stripe.InvalidRequestError as error:
            if error.code != "resource_missing":
                raise
        return _notice(client.v2.core.events.retrieve(event_id).to_dict())


# --- in our own words -------------------------------------------------------------------------------------------------


def _id(found: Any) -> str:
    """Of something that Stripe answers as its id, or whole, or not at all."""
    return "" if found is None else found if isinstance(found, str) else str(found.id)


def _whole(found: Any) -> Any:
    """The thing itself where it was asked for, else nothing: only its id."""
    return None if isinstance(found, str) else found


def _at(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _stamp(at: datetime) -> int:
    return int(at.timestamp())


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _words(metadata: Any) -> Mapping[str, str]:
    return dict(metadata.to_dict()) if metadata else {}


def _transaction(found: stripe.BalanceTransaction) -> Transaction:
    return Transaction(
        id=found.id,
        kind=str(found.type),
        amount_cents=found.amount,
        fee_cents=found.fee,
        net_cents=found.net,
        source=_id(found.source),
        created_at=_at(found.created),
        available_at=_at(found.available_on),
    )


def _booked(found: Any) -> Transaction | None:
    whole = _whole(found)
    return _transaction(whole) if whole else None


def _checkout(found: stripe.checkout.Session) -> Checkout:
    return Checkout(
        id=found.id,
        url=found.url or "",
        state=str(found.status or ""),
        is_paid=found.payment_status == "paid",
        payment_id=_id(found.payment_intent),
        ends_at=_at(found.expires_at),
        metadata=_words(found.metadata),
    )


def _charged(found: stripe.Charge) -> Charged:
    card = found.payment_method_details.card if found.payment_method_details else None
    return Charged(
        id=found.id,
        amount_cents=found.amount,
        refunded_cents=found.amount_refunded,
        is_disputed=found.disputed,
        receipt_url=found.receipt_url or "",
        card=Card(str(card.brand or "") if card else "", str(card.last4 or "") if card else ""),
        transaction=_booked(found.balance_transaction),
    )


def _payment(found: stripe.PaymentIntent) -> PaymentAsked:
    charge = _whole(found.latest_charge)
    failed = found.last_payment_error
    return PaymentAsked(
        id=found.id,
        state=str(found.status),
        amount_cents=found.amount,
        customer=_id(found.customer),
        method=_id(found.payment_method),
        failure=(failed.decline_code or failed.code or "") if failed else "",
        charge=_charged(charge) if charge is not None and charge.status == "succeeded" else None,
        metadata=_words(found.metadata),
    )


def _refund(found: stripe.Refund) -> RefundAsked:
    return RefundAsked(
        id=found.id,
        state=str(found.status or ""),
        amount_cents=found.amount,
        payment_id=_id(found.payment_intent),
        failure=found.failure_reason or "",
        transaction=_booked(found.balance_transaction),
        failure_transaction=_booked(found.failure_balance_transaction),
        metadata=_words(found.metadata),
    )


def _contested(found: stripe.Dispute) -> Contested:
    due = found.evidence_details.due_by
    return Contested(
        id=found.id,
        state=str(found.status),
        amount_cents=found.amount,
        payment_id=_id(found.payment_intent),
        reason=found.reason,
        answer_by=_at(due) if due else None,
        transactions=tuple(_transaction(each) for each in found.balance_transactions),
    )


def _transfer(found: stripe.Transfer) -> Transferred:
    return Transferred(
        id=found.id,
        amount_cents=found.amount,
        reversed_cents=found.amount_reversed,
        account=_id(found.destination),
        group=found.transfer_group or "",
        transaction_id=_id(found.balance_transaction),
        created_at=_at(found.created),
        metadata=_words(found.metadata),
    )


def _recipient(found: stripe.v2.core.Account) -> Recipient:
    configured = found.configuration.recipient if found.configuration else None
    balance = configured.capabilities.stripe_balance if configured and configured.capabilities else None
    transfers = balance.stripe_transfers if balance else None
    wanted = found.requirements
    entries = (wanted.entries or []) if wanted else []
    deadline = wanted.summary.minimum_deadline if wanted and wanted.summary else None
    country = found.identity.country if found.identity else None
    return Recipient(
        id=found.id,
        transfers=str(transfers.status) if transfers else "",
        reasons=tuple(str(each.code) for each in transfers.status_details) if transfers else (),
        requirements=tuple(
            Requirement(
                each.description, str(each.minimum_deadline.status), tuple(error.description for error in each.errors)
            )
            for each in entries
        ),
        deadline_at=datetime.fromisoformat(deadline.time) if deadline and deadline.time else None,
        country=str(country or "").upper(),
        is_closed=bool(found.closed),
        metadata=_words(found.metadata),
    )


def _notice(said: Mapping[str, Any]) -> Notice:
    """Of an event as it stands in a webhook or in a list: the old form with a copy of the object, or the thin one."""
    is_thin = said["object"] == "v2.core.event"
    related = (said.get("related_object") or {}) if is_thin else said["data"]["object"]
    created = said["created"]
    return Notice(
        id=str(said["id"]),
        type=str(said["type"]),
        object_id=str(related.get("id") or ""),
        account=str(said.get("account") or said.get("context") or ""),
        created_at=_at(created) if isinstance(created, int) else datetime.fromisoformat(created),
        is_thin=is_thin,
    )
