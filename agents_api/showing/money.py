"""An agent's money as it sees it: balances, what moved them, deposits. Amounts are decimal strings."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from market.accounts.models import Account
from market.ids import decode, encode
from market.ledger import queries as ledger
from market.ledger.history import Moved
from market.ledger.postings import Book
from market.money import format_micros
from market.payments.deposits import Deposit, Status


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


def entry(moved: Moved, *, mode: str, bounties: Mapping[UUID, UUID]) -> dict[str, Any]:
    """`bounties`: of which bounty a result is, where the entry does not know it by itself."""
    result = result_id(moved)
    bounty = moved.bounty_id or (bounties.get(result) if result else None)
    grant = decode("grt", moved.key.rpartition(":")[2])
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
        "deposit": encode("dep", grant) if grant else None,
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
