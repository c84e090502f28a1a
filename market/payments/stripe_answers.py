"""What Stripe answers, from the SDK's objects into our own words. Nothing here asks Stripe anything."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from market.payments.stripe_words import (
    Card,
    Charged,
    Checkout,
    Contested,
    Notice,
    PaymentAsked,
    Recipient,
    RefundAsked,
    Requirement,
    Transaction,
    Transferred,
)

if TYPE_CHECKING:
    import stripe


def id_of(found: Any) -> str:
    """Of something that Stripe answers as its id, or whole, or not at all."""
    return "" if found is None else found if isinstance(found, str) else str(found.id)


def whole(found: Any) -> Any:
    """The thing itself where it was asked for, else nothing: only its id."""
    return None if isinstance(found, str) else found


def _at(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)


def _words(metadata: Any) -> Mapping[str, str]:
    return dict(metadata.to_dict()) if metadata else {}


def transaction(found: "stripe.BalanceTransaction") -> Transaction:
    return Transaction(
        id=found.id,
        kind=str(found.type),
        amount_cents=found.amount,
        fee_cents=found.fee,
        net_cents=found.net,
        source=id_of(found.source),
        created_at=_at(found.created),
        available_at=_at(found.available_on),
    )


def _booked(found: Any) -> Transaction | None:
    booked = whole(found)
    return transaction(booked) if booked else None


def checkout(found: "stripe.checkout.Session") -> Checkout:
    return Checkout(
        id=found.id,
        url=found.url or "",
        state=str(found.status or ""),
        is_paid=found.payment_status == "paid",
        payment_id=id_of(found.payment_intent),
        ends_at=_at(found.expires_at),
        metadata=_words(found.metadata),
    )


def _charged(found: "stripe.Charge") -> Charged:
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


def payment(found: "stripe.PaymentIntent") -> PaymentAsked:
    charge = whole(found.latest_charge)
    failed = found.last_payment_error
    return PaymentAsked(
        id=found.id,
        state=str(found.status),
        amount_cents=found.amount,
        customer=id_of(found.customer),
        method=id_of(found.payment_method),
        failure=(failed.decline_code or failed.code or "") if failed else "",
        charge=_charged(charge) if charge is not None and charge.status == "succeeded" else None,
        metadata=_words(found.metadata),
    )


def refund(found: "stripe.Refund") -> RefundAsked:
    return RefundAsked(
        id=found.id,
        state=str(found.status or ""),
        amount_cents=found.amount,
        payment_id=id_of(found.payment_intent),
        failure=found.failure_reason or "",
        transaction=_booked(found.balance_transaction),
        failure_transaction=_booked(found.failure_balance_transaction),
        metadata=_words(found.metadata),
    )


def contested(found: "stripe.Dispute") -> Contested:
    due = found.evidence_details.due_by
    charge = whole(found.charge)
    return Contested(
        id=found.id,
        state=str(found.status),
        amount_cents=found.amount,
        payment_id=id_of(found.payment_intent),
        refunded_cents=charge.amount_refunded if charge else 0,
        reason=found.reason,
        answer_by=_at(due) if due else None,
        transactions=tuple(transaction(each) for each in found.balance_transactions),
    )


def transfer(found: "stripe.Transfer") -> Transferred:
    return Transferred(
        id=found.id,
        amount_cents=found.amount,
        reversed_cents=found.amount_reversed,
        account=id_of(found.destination),
        group=found.transfer_group or "",
        transaction_id=id_of(found.balance_transaction),
        created_at=_at(found.created),
        metadata=_words(found.metadata),
    )


def recipient(found: "stripe.v2.core.Account") -> Recipient:
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


def notice(said: Mapping[str, Any]) -> Notice:
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
