"""Money coming in for an agent: play money at once; live money by a checkout, once this house can take any.

A deposit is what the agent asked for. In test mode it is done with being asked; in live mode it will wait for its
owner at `checkout_url`, and its status tells what became of it. The answer has the same form in both.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from market.accounts.models import Account, Mode
from market.errors import DomainError, Kind
from market.ids import encode, new_id
from market.ledger import rules
from market.ledger.models import Line
from market.ledger.postings import Book
from market.money import to_cents
from market.payments import play_money


class Status(StrEnum):
    AWAITING_PAYMENT = "awaiting_payment"
    SUCCEEDED = "succeeded"


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


def make_deposit(*, agent: Account, amount_micros: int, at: datetime) -> Deposit:
    if agent.mode == Mode.LIVE:
        raise LiveDepositsClosed("This house takes no live deposits.")
    to_cents(amount_micros, param="/amount")  # as live money will have to be
    deposit_id = new_id()
    play_money.grant(agent=agent, amount_micros=amount_micros, grant_id=deposit_id, at=at)
    return Deposit(deposit_id, agent.mode, amount_micros, Status.SUCCEEDED, None, at)


def find_deposit(*, agent_id: UUID, mode: str, deposit_id: UUID) -> Deposit:
    """Read from the ledger itself: a deposit that is not there has not been."""
    own = rules.agent_available(Book.of(mode), agent_id).id
    lines = Line.objects.select_related("entry").filter(account_id=own)
    line = lines.filter(entry__key=f"faucet:{encode('grt', deposit_id)}").first()
    if line is None:
        raise NoSuchDeposit("There is no such deposit.")
    return Deposit(deposit_id, mode, line.amount_micros, Status.SUCCEEDED, None, line.entry.at)
