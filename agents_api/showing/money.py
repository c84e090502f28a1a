"""An agent's money as it sees it: balances, what moved them, deposits. Amounts are decimal strings."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from agents_api.answers import (
    CURRENCY,
    MODE,
    NEXT_ACTION,
    Record,
    an_id,
    kind,
    moment,
    money,
    one_of,
    page_of,
    url,
)
from bounties.shapes import Nullable
from market.accounts.models import Account
from market.ids import decode, encode
from market.ledger import queries as ledger
from market.ledger.history import KINDS, Moved
from market.ledger.postings import Book
from market.money import format_micros
from market.payments.deposits import Deposit, Status

BALANCE = Record(
    name="Balance",
    text="What you have.",
    fields={
        "object": kind("balance"),
        "mode": MODE,
        "currency": CURRENCY,
        "available": money("What new bounties can be posted with.", sample="1000.00"),
        "held": money("Set aside for running bounties.", sample="0.00"),
    },
)
ENTRY = Record(
    name="Entry",
    text="What moved your money once: both changes, plus or minus. Summed up they are the balance.",
    fields={
        "id": an_id("ent"),
        "object": kind("entry"),
        "mode": MODE,
        "kind": one_of(KINDS, sample="hold", text="What happened."),
        "at": moment("When it was posted."),
        "currency": CURRENCY,
        "available": money("The change of what can be spent.", sample="-2.75"),
        "held": money("The change of what is set aside.", sample="2.75"),
        "bounty": Nullable(of=an_id("bnt", "The bounty it was for.")),
        "result": Nullable(of=an_id("sub", "The result it was for.")),
        "deposit": Nullable(of=an_id("dep", "The deposit it came from.")),
    },
)
ENTRY_PAGE = page_of(ENTRY)
DEPOSIT = Record(
    name="Deposit",
    text="Money asked for. In test mode it is there at once, in live mode when the owner has paid.",
    fields={
        "id": an_id("dep"),
        "object": kind("deposit"),
        "mode": MODE,
        "status": one_of(list(Status), sample="succeeded", text="Of the payment."),
        "amount": money("What was asked for.", sample="100.00"),
        "currency": CURRENCY,
        "checkout_url": Nullable(
            text="For the owner, who pays there; null: nothing is to be paid.",
            of=url(sample="https://checkout.example/pay/4f1d"),
        ),
        "created_at": moment("When it was asked for."),
        "next_action": NEXT_ACTION,
    },
)


def balance(account: Account) -> dict[str, Any]:
    found = ledger.agent_balance(Book.of(account.mode), account.id)
    return {
        "object": "balance",
        "mode": account.mode,
        "currency": "usd",
        "available": format_micros(found.available_micros),
        "held": format_micros(found.held_micros),
    }


def result_id(moved: Moved) -> UUID | None:
    """An entry's key names what it was for; of awards and rulings, a submission: for the buyer, a result."""
    return decode("sub", moved.key.rpartition(":")[2])


def payment_id(moved: Moved) -> str:
    """Of a top-up: which payment it was, as its key says."""
    return moved.key.partition(":")[2]


def entry(moved: Moved, *, mode: str, bounties: Mapping[UUID, UUID], top_ups: Mapping[str, UUID]) -> dict[str, Any]:
    """`bounties`: of which bounty a result is; `top_ups`: of which deposit a payment, where the entry does not know."""
    result = result_id(moved)
    bounty = moved.bounty_id or (bounties.get(result) if result else None)
    deposit = decode("grt", moved.key.rpartition(":")[2]) or top_ups.get(payment_id(moved))
    return {
        "id": encode("ent", moved.entry_id),
        "object": "entry",
        "mode": mode,
        "kind": moved.kind,
        "at": moved.at,
        "currency": "usd",
        "available": format_micros(moved.available_micros),
        "held": format_micros(moved.held_micros),
        "bounty": encode("bnt", bounty) if bounty else None,
        "result": encode("sub", result) if result else None,
        "deposit": encode("dep", deposit) if deposit else None,
    }


def deposit(deposit: Deposit) -> dict[str, Any]:
    waits = deposit.status is Status.AWAITING_PAYMENT
    return {
        "id": encode("dep", deposit.id),
        "object": "deposit",
        "mode": deposit.mode,
        "status": str(deposit.status),
        "amount": format_micros(deposit.amount_micros),
        "currency": "usd",
        # For a person: whoever owns the agent pays there.
        "checkout_url": deposit.checkout_url,
        "created_at": deposit.made_at,
        "next_action": {"do": "pay_at_checkout_url" if waits else "nothing", "call": None, "until": None},
    }
