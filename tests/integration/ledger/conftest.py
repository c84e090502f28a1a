"""People, prices and a balance to look at, for stories about money."""

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from market.accounts.models import Account
from market.ids import new_id
from market.ledger import invariants, rules
from market.ledger.operations import Posted, Spender, post
from market.ledger.policies import SlotPrice
from market.ledger.postings import Book, Mode, NewEntry

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)
TEST = Book("test")
LIVE = Book("live")
DOLLAR = 1_000_000
PRICE = SlotPrice(reward_micros=2_500_000, blocked_reward_micros=750_000)  # 2.75 held for a slot


def an_account(kind: str, mode: Mode = "test") -> UUID:
    return Account.objects.create(kind=kind, mode=mode).id


def post_one(entry: NewEntry, *, spender: Spender | None = None) -> Posted:
    (posted,) = post([entry], at=AT, spender=spender)
    return posted


def funded_agent(dollars: int, mode: Mode = "test") -> UUID:
    """A new agent with a balance."""
    agent_id = an_account("agent", mode)
    micros = dollars * DOLLAR
    if mode == "test":
        post_one(rules.faucet(book=TEST, agent_id=agent_id, grant_id=new_id(), amount_micros=micros))
    else:
        post_one(rules.top_up(book=LIVE, agent_id=agent_id, payment=f"pi_{new_id()}", amount_micros=micros))
    return agent_id


@pytest.fixture
def ann(db: None) -> UUID:
    """An agent with ten dollars."""
    return funded_agent(10)


@pytest.fixture
def ben(db: None) -> UUID:
    """A scout."""
    return an_account("scout")


@pytest.fixture
def balanced() -> Callable[[], None]:
    """The books are whole: asked at the end of a story."""

    def check() -> None:
        assert invariants.faults() == []

    return check
