"""Play money for agents in test mode, out of nothing. Live money never begins here."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.accounts.models import Account, Mode
from market.errors import DomainError, Kind
from market.ledger import rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import MICROS_PER_DOLLAR, format_micros

FIRST_GRANT_MICROS = 1_000 * MICROS_PER_DOLLAR
LARGEST_GRANT_MICROS = 10_000 * MICROS_PER_DOLLAR


class PlayMoneyOnlyInTest(DomainError):
    """Play money was asked for in live mode."""

    code = "play_money_only_in_test"
    kind: ClassVar[Kind] = Kind.FORBIDDEN
    fix = "Use a test key, or have the owner top up."


class GrantOutOfBounds(DomainError):
    """More play money at once than there is a use for, or none."""

    code = "grant_out_of_bounds"
    fix = f"Ask for more than nothing and at most {format_micros(LARGEST_GRANT_MICROS)} at once."


@transaction.atomic
def grant(*, agent: Account, amount_micros: int, grant_id: UUID, at: datetime) -> None:
    """Give an agent play money. The same `grant_id` again gives nothing more."""
    if agent.mode != Mode.TEST or agent.kind != Account.Kind.AGENT:
        raise PlayMoneyOnlyInTest("There is no play money in live mode.")
    if not 0 < amount_micros <= LARGEST_GRANT_MICROS:
        raise GrantOutOfBounds("This is no amount of play money.", param="/amount")
    book = Book.of(agent.mode)
    post([rules.faucet(book=book, agent_id=agent.id, grant_id=grant_id, amount_micros=amount_micros)], at=at)
