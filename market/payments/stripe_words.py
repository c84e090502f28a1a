"""What Stripe tells us, in our own words; amounts in cents, as on its wire. Pure: no package of Stripe's, no HTTP.

A call ends in one of three ways, and whoever calls must know which: `Refused` is definite, nothing has happened and the
same call would be refused again; `Unclear` may have happened, and is asked again under the same idempotency key;
anything else answers. Nothing here is told to people: operations turn it into sentences.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from market.errors import DomainError, Kind

# --- how a call can fail ----------------------------------------------------------------------------------------------


class LiveMoneyClosed(DomainError):
    """Real money neither comes in nor goes out here: no payment service has been set up for this house."""

    code = "live_money_closed"
    kind = Kind.UNAVAILABLE
    fix = "Use test mode: its money is free. Live mode opens when whoever runs this house has set a Stripe key."


class StripeTrouble(Exception):
    """Stripe did not do what it was asked. `code` is its own word for why."""

    def __init__(self, message: str, *, code: str = "", request_id: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.request_id = request_id


class Refused(StripeTrouble):
    """Definitely not done."""


class NotFound(Refused):
    """There is no such thing at Stripe."""


class Declined(Refused):
    """The card or the bank said no. `decline`: why, such as `insufficient_funds`."""

    def __init__(
        self, message: str, *, code: str = "", request_id: str = "", decline: str = "", payment_id: str = ""
    ) -> None:
        super().__init__(message, code=code, request_id=request_id)
        self.decline = decline
        self.payment_id = payment_id


class BalanceTooLow(Refused):
    """Our own balance at Stripe has not enough of what is available."""


class Unwelcome(Refused):
    """Stripe does not accept our key, or not for this: somebody has to look at the settings."""


class KeyConflict(StripeTrouble):
    """This key was used with another body. What became of that one, this answer does not say: look it up."""


class Unclear(StripeTrouble):
    """Perhaps done: no answer, half an answer, or a failure on Stripe's side. Ask again under the same key."""


class Unanswered(Unclear):
    """No answer came, or half of one. Asked again under the same key, Stripe says what it did, or does it now."""


class RateLimited(Unclear):
    """Too many at once: not done, and wanted slower."""


class BadSignature(Exception):
    """What came to our address for webhooks was not signed by Stripe with the secret we know, or long ago."""


# --- what it answers --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Funds:
    """Our own balance: what could be sent on now, and what is still settling."""

    available_cents: int
    pending_cents: int


@dataclass(frozen=True, slots=True)
class Transaction:
    """One movement of our balance at Stripe: `amount` less `fee` is `net`."""

    id: str
    kind: str
    amount_cents: int
    fee_cents: int
    net_cents: int
    source: str  # the charge, refund, dispute or transfer that it comes from
    created_at: datetime
    available_at: datetime


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment page at Stripe."""

    id: str
    url: str  # empty once it can no longer be paid
    state: str  # open, complete, expired
    is_paid: bool
    payment_id: str
    ends_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Card:
    """How it was paid: enough to recognise it, nothing to pay with."""

    brand: str
    last4: str


@dataclass(frozen=True, slots=True)
class Charged:
    """A charge that went through."""

    id: str
    amount_cents: int
    refunded_cents: int
    is_disputed: bool
    receipt_url: str
    card: Card
    transaction: Transaction | None  # None while Stripe has not booked it yet


@dataclass(frozen=True, slots=True)
class PaymentAsked:
    """A payment, however far it has come."""

    id: str
    state: str  # succeeded, processing, requires_action, requires_payment_method, canceled, …
    amount_cents: int
    customer: str
    method: str
    failure: str  # why the last try failed
    charge: Charged | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundAsked:
    """Money on its way back to a card."""

    id: str
    state: str  # pending, requires_action, succeeded, failed, canceled
    amount_cents: int
    payment_id: str
    failure: str
    transaction: Transaction | None
    failure_transaction: Transaction | None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contested:
    """A charge that the card's holder contests at their bank: a charge dispute, which has nothing to do with ours."""

    id: str
    state: str  # warning_*, needs_response, under_review, won, lost, prevented
    amount_cents: int
    payment_id: str
    refunded_cents: int  # of the payment: what had gone back to its card already
    reason: str
    answer_by: datetime | None
    transactions: tuple[Transaction, ...]


@dataclass(frozen=True, slots=True)
class Transferred:
    """Money moved on to a scout's own account at Stripe."""

    id: str
    amount_cents: int
    reversed_cents: int
    account: str
    group: str
    transaction_id: str
    created_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that Stripe wants to know of a scout: its own word for it, and by when."""

    what: str
    deadline_state: str  # currently_due, past_due, eventually_due
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipient:
    """A scout's own account at Stripe."""

    id: str
    transfers: str  # may it receive: active, pending, restricted, unsupported, or empty where never asked
    reasons: tuple[str, ...]  # why not, in Stripe's words
    requirements: tuple[Requirement, ...]
    deadline_at: datetime | None
    country: str
    is_closed: bool
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """That something happened at Stripe. What it is now is fetched: a notice may be old, doubled, or out of order."""

    id: str
    type: str
    object_id: str
    account: str  # of which scout's account, or empty: our own
    created_at: datetime
    is_thin: bool
