"""Money in by x402: a program signs a payment, it is carried out on a chain, and credited once under its nonce.

What was signed is kept before the facilitator is asked to carry it out, so that a crash asks again. A chain takes a
nonce once; so do we. If the facilitator refuses what it was asked before and never answered, nobody here can know what
became of it: that one waits for an operator, and `reconciling` names it. What the operator has seen on the chain is
recorded by `look_up`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction

from market.accounts import audit
from market.accounts.models import Account, Audit, Mode
from market.accounts.operations.operators import ReasonMissing
from market.errors import DomainError, Kind
from market.ledger import rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import MICROS_PER_DOLLAR, format_micros
from market.payments import x402_gateway
from market.payments.models import ChainPayment
from market.payments.states import CHAIN_PAYMENT, ChainPaymentState
from market.payments.x402_gateway import Offer, PaymentRefused, PaymentUnclear
from market.transitions import WrongState
from market.work.operations import enqueue

SETTLE = "settle_x402"
LEAST_MICROS = 1 * MICROS_PER_DOLLAR
LARGEST_MICROS = 5_000 * MICROS_PER_DOLLAR
AGAIN_AFTER = timedelta(minutes=1)
AGAIN_LATER = timedelta(hours=1)
# Clocks differ, and the newest blocks of a chain are not its last word.
CHAIN_IS_SURE_AFTER = timedelta(hours=1)

log = structlog.get_logger(__name__)


class PaymentWanted(DomainError):
    """It has to be paid first. `facts` and the header PAYMENT-REQUIRED: what x402 calls payment requirements."""

    code = "payment_required"
    kind: ClassVar[Kind] = Kind.MONEY
    fix = 'Sign one of `facts.accepts`, and send the same request with PAYMENT-SIGNATURE; or with "by": "checkout".'

    def __init__(self, message: str, *, header: str, facts: dict[str, Any]) -> None:
        super().__init__(message, facts=facts)
        self.header = header


class NonceUsed(DomainError):
    """This payment was made before, for something else."""

    code = "payment_nonce_used"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Sign a new payment with a new nonce."


class PaymentUnderway(DomainError):
    """It is not known yet what became of this payment."""

    code = "payment_underway"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    fix = "Send the same request with the same payment again in a moment: it is taken once."
    retryable = True


class ChainAmountOutOfBounds(DomainError):
    """Less than a payment may be, or more at once."""

    code = "chain_amount_out_of_bounds"
    fix = f"Pay {format_micros(LEAST_MICROS)} to {format_micros(LARGEST_MICROS)} at once."


class StillGood(DomainError):
    """The chain may still take what was signed, so nobody can say that it has not been carried out."""

    code = "payment_still_good"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Look at the chain again after the time that is said."
    retryable = True


class NotThisPayment(DomainError):
    """What was named as the transaction is none, or carried out another payment."""

    code = "not_this_payment"
    fix = "Give the id of the transaction in which this nonce was used: 0x and 64 hexadecimal digits."


@dataclass(frozen=True, slots=True)
class Credited:
    payment: ChainPayment
    receipt: str


def is_open() -> bool:
    return x402_gateway.is_open()


def pay(*, agent: Account, amount_micros: int, header: str | None, address: str, at: datetime) -> Credited:
    """Credit what the header pays; without one, say what has to be paid."""
    if agent.mode != Mode.LIVE or agent.kind != Account.Kind.AGENT:
        raise ValueError("payments on a chain are for live agents")
    if not LEAST_MICROS <= amount_micros <= LARGEST_MICROS:
        raise ChainAmountOutOfBounds(f"A payment is at least {format_micros(LEAST_MICROS)}.", param="/amount")
    if header is None:
        raise _wanted(amount_micros, address, "This has to be paid first.")
    offer = x402_gateway.read(header, amount_micros=amount_micros)
    payment = ChainPayment.objects.filter(network=offer.network, nonce=offer.nonce).first()
    if payment is None:
        try:
            x402_gateway.verify(offer)
        except PaymentRefused as refused:
            raise _wanted(amount_micros, address, f"The payment is not good: {refused}.") from refused
        except PaymentUnclear as unclear:
            raise PaymentUnderway("Whether the payment is good cannot be found out just now.") from unclear
        payment = _keep(agent, offer, at=at)
    if payment.agent_id != agent.id or payment.amount_micros != amount_micros or payment.payer != offer.payer:
        raise NonceUsed("This payment was made before, for something else.")
    payment = settle(payment_id=payment.id, at=at)
    if payment.state == ChainPaymentState.REFUSED:
        raise _wanted(amount_micros, address, f"The payment was not carried out: {payment.reason}.")
    if payment.state != ChainPaymentState.SETTLED:
        raise PaymentUnderway("The payment is on its way.")
    receipt = x402_gateway.receipt(transaction_id=payment.transaction, network=payment.network, payer=payment.payer)
    return Credited(payment, receipt)


def settle(*, payment_id: UUID, at: datetime) -> ChainPayment:
    """Have it carried out, unless it has been; recorded once. Answers the payment as it is then."""
    payment = ChainPayment.objects.get(pk=payment_id)
    if payment.state != ChainPaymentState.SETTLING:
        return payment
    told_before = payment.told_at is not None
    ChainPayment.objects.filter(pk=payment_id, told_at=None).update(told_at=at)
    offer = Offer(payment.network, payment.payer, payment.nonce, payment.amount_micros, payment.signed)
    try:
        _record_settled(payment_id, x402_gateway.settle(offer), at=at)
    except PaymentRefused as refused:
        if told_before:
            log.exception("x402_payment_unclear", payment=str(payment_id), reason=str(refused))
        else:
            _refuse(payment_id, str(refused), at=at)
    except PaymentUnclear as unclear:
        log.warning("x402_payment_unclear", payment=str(payment_id), reason=str(unclear))
    return ChainPayment.objects.get(pk=payment_id)


@transaction.atomic
def _record_settled(payment_id: UUID, transaction_id: str, *, at: datetime) -> None:
    payment = ChainPayment.objects.select_for_update().get(pk=payment_id)
    rows = ChainPayment.objects.filter(pk=payment_id)
    source, to = ChainPaymentState.SETTLING, ChainPaymentState.SETTLED
    if CHAIN_PAYMENT.move(rows, source=source, to=to, transaction=transaction_id[:100], ended_at=at):
        entry = rules.top_up_on_chain(
            book=Book.of(payment.mode),
            agent_id=payment.agent_id,
            nonce=payment.nonce,
            amount_micros=payment.amount_micros,
        )
        post([entry], at=at)


@transaction.atomic
def look_up(*, payment_id: UUID, transaction_id: str, by: audit.Actor, because: str, at: datetime) -> ChainPayment:
    """What an operator has seen on the chain of a payment that the facilitator cannot tell of: the transaction that
    carried it out, or, with none, that it was not and cannot be any more.
    """
    if not because.strip():
        raise ReasonMissing("What was seen on the chain has to be said.", param="/because")
    payment = ChainPayment.objects.select_for_update().get(pk=payment_id)
    if payment.state != ChainPaymentState.SETTLING:
        raise WrongState(f"This payment is {payment.state}: nobody has to look for it.")
    if transaction_id:
        taken = ChainPayment.objects.filter(network=payment.network, transaction=transaction_id).exists()
        if taken or not x402_gateway.is_word(transaction_id):
            raise NotThisPayment("This is no transaction that carried this payment out.", param="/transaction")
        _record_settled(payment_id, transaction_id, at=at)
    else:
        sure_at = x402_gateway.good_until(payment.signed) + CHAIN_IS_SURE_AFTER
        if at < sure_at:
            raise StillGood(f"The chain may take it until {sure_at:%Y-%m-%d %H:%M} UTC.", retry_at=sure_at)
        _refuse(payment_id, "seen_not_carried_out", at=at)
    facts: dict[str, object] = {"transaction": transaction_id}
    audit.record(
        action=Audit.Action.CHAIN_PAYMENT_LOOKED_UP,
        by=by,
        subject_id=payment_id,
        at=at,
        reason=because.strip()[:300],
        facts=facts,
    )
    return ChainPayment.objects.get(pk=payment_id)


def _refuse(payment_id: UUID, why: str, *, at: datetime) -> None:
    rows = ChainPayment.objects.filter(pk=payment_id)
    source, to = ChainPaymentState.SETTLING, ChainPaymentState.REFUSED
    CHAIN_PAYMENT.move(rows, source=source, to=to, reason=why[:100], ended_at=at)


def _keep(agent: Account, offer: Offer, *, at: datetime) -> ChainPayment:
    try:
        with transaction.atomic():
            payment = ChainPayment.objects.create(
                agent=agent,
                mode=agent.mode,
                network=offer.network,
                payer=offer.payer,
                nonce=offer.nonce,
                amount_micros=offer.amount_micros,
                signed=dict(offer.signed),
                begun_at=at,
            )
            enqueue(kind=SETTLE, subject=str(payment.id), due_at=at + AGAIN_AFTER)
            return payment
    except IntegrityError:  # the same payment, sent twice at once: the other one was faster
        return ChainPayment.objects.get(network=offer.network, nonce=offer.nonce)


def _wanted(amount_micros: int, address: str, why: str) -> PaymentWanted:
    header, wanted = x402_gateway.ask(amount_micros, address=address, why=why)
    return PaymentWanted(why, header=header, facts=wanted)
