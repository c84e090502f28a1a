"""Money coming in for an agent: play money at once; live money by a checkout, where this house can take any.

A deposit is what the agent asked for. In test mode it is done with being asked; in live mode it waits for its owner at
`checkout_url`, a page of ours that tells the fees and leads to Stripe, and its status tells what became of it. The
answer has the same form in both.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from market.accounts.models import Account, Mode
from market.config import config
from market.errors import DomainError, Kind
from market.ids import encode, new_id
from market.ledger import rules
from market.ledger.models import Line
from market.ledger.postings import Book
from market.money import Micros, to_cents, whole_cents_up
from market.payments import on_chain, play_money, stripe_gateway, top_ups
from market.payments.models import ChainPayment, TopUp
from market.payments.states import ChainPaymentState, TopUpState

CHECKOUT = "checkout"
BY_CHAIN = "x402"


class Status(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    EXPIRED = "expired"


class LiveDepositsClosed(DomainError):
    """Live money cannot be paid in here: no payment service has been set up for this house."""

    code = "live_deposits_closed"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Use a test key: its money is free. Live deposits open when whoever runs this house has set a Stripe key."


class NoSuchDeposit(DomainError):
    """There is no such deposit, or it is somebody else's."""

    code = "no_such_deposit"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id, and that it belongs to this account and mode."


@dataclass(frozen=True, slots=True)
class Deposit:
    id: UUID
    mode: str
    amount_micros: int
    status: Status
    checkout_url: str | None  # where the owner pays; None where there is nothing to pay
    made_at: datetime


def make_deposit(*, agent: Account, amount_micros: int, at: datetime, saves_card: bool = False) -> Deposit:
    if agent.mode == Mode.LIVE:
        if not stripe_gateway.is_open():
            raise LiveDepositsClosed("This house takes no live deposits.")
        asked = top_ups.ask_top_up(agent=agent, amount_micros=amount_micros, at=at, saves_card=saves_card)
        return _of_top_up(asked)
    to_cents(amount_micros, param="/amount")  # as live money has to be
    deposit_id = new_id()
    play_money.grant(agent=agent, amount_micros=amount_micros, grant_id=deposit_id, at=at)
    return Deposit(deposit_id, agent.mode, amount_micros, Status.SUCCEEDED, None, at)


def amount_towards(missing_micros: int, *, mode: str) -> Micros:
    """What to ask for where so much is missing: whole cents, and no less and no more than one deposit may be."""
    amount = whole_cents_up(missing_micros)
    if mode == Mode.LIVE:
        return min(max(amount, top_ups.LEAST_MICROS), top_ups.LARGEST_MICROS)
    return min(amount, Micros(play_money.LARGEST_GRANT_MICROS))


def find_deposit(*, agent_id: UUID, mode: str, deposit_id: UUID) -> Deposit:
    if mode == Mode.LIVE:
        found = TopUp.objects.filter(pk=deposit_id, agent_id=agent_id).first()
        if found is None:
            return _on_chain(agent_id=agent_id, deposit_id=deposit_id)
        return _of_top_up(found)
    # Of play money the ledger itself is read: a deposit that is not there has not been.
    own = rules.agent_available(Book.of(mode), agent_id).id
    lines = Line.objects.select_related("entry").filter(account_id=own)
    line = lines.filter(entry__key=f"faucet:{encode('grt', deposit_id)}").first()
    if line is None:
        raise NoSuchDeposit("There is no such deposit.")
    return Deposit(deposit_id, mode, line.amount_micros, Status.SUCCEEDED, None, line.entry.at)


def checkout_address(top_up_id: UUID) -> str:
    """Our own page for it: Stripe's pages end after a day, and are made when somebody is there to pay."""
    return f"{config.public_url}/pay/{encode(top_ups.PREFIX, top_up_id)}"


def is_paid_on_chain(*, agent: Account, by: str | None) -> bool:
    """Whether this deposit is to be paid by x402: where that rail is on, unless a checkout is asked for."""
    return agent.mode == Mode.LIVE and on_chain.is_open() and by != CHECKOUT


def pay_on_chain(*, agent: Account, amount_micros: int, header: str | None, at: datetime) -> tuple[Deposit, str]:
    """The deposit, and the receipt for whoever paid. Not inside a transaction."""
    address = f"{config.public_url}/v1/deposits"
    done = on_chain.pay(agent=agent, amount_micros=amount_micros, header=header, address=address, at=at)
    return _of_payment(done.payment), done.receipt


def _on_chain(*, agent_id: UUID, deposit_id: UUID) -> Deposit:
    found = ChainPayment.objects.filter(pk=deposit_id, agent_id=agent_id).first()
    if found is None:
        raise NoSuchDeposit("There is no such deposit.")
    return _of_payment(found)


def _of_payment(found: ChainPayment) -> Deposit:
    status = {
        ChainPaymentState.SETTLING: Status.AWAITING_PAYMENT,
        ChainPaymentState.SETTLED: Status.SUCCEEDED,
        ChainPaymentState.REFUSED: Status.FAILED,
    }[ChainPaymentState(found.state)]
    return Deposit(found.id, found.mode, found.amount_micros, status, None, found.begun_at)


def _of_top_up(found: TopUp) -> Deposit:
    waits = found.state == TopUpState.AWAITING_PAYMENT and found.way == TopUp.Way.CHECKOUT
    address = checkout_address(found.id) if waits else None
    return Deposit(found.id, found.mode, found.amount_micros, Status(found.state), address, found.asked_at)
