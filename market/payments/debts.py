"""What an agent owes: what went back to a card after it had been spent. Until it owes nothing it is frozen.

Frozen, its keys may only read, nothing is charged by itself or set aside for it, and what nobody has claimed of its
bounties is cancelled.
What comes in, or comes back from bounties, is taken for the debt first.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from market.accounts.models import Account, Agent
from market.accounts.policies import AgentFrozen
from market.ids import new_id
from market.ledger import charges, queries, rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.money import whole_cents_down
from market.payments.models import ChargeDispute
from market.work.operations import enqueue

COLLECT: Final = "collect_debt"
# The bounties' own work, done by their room: this one knows no bounty.
CANCEL_OPEN: Final = "cancel_open_bounties"
# A bank that only asks has taken nothing, and nobody is frozen for it.
INQUIRY: Final = "warning"


def owed(agent_id: UUID, mode: str) -> int:
    return -queries.balance(charges.agent_receivable(Book.of(mode), agent_id))


def split(agent: Account, share_micros: int) -> tuple[int, int]:
    """Of what is taken back: what the agent has in whole cents, and what it is left owing."""
    available = queries.balance(rules.agent_available(Book.of(agent.mode), agent.id))
    given = whole_cents_down(min(available, share_micros))
    return given, share_micros - given


def freeze(agent: Account, at: datetime) -> None:
    if Agent.objects.filter(account=agent, frozen_at=None).update(frozen_at=at):
        enqueue(kind=CANCEL_OPEN, subject=str(agent.id))


def is_frozen(agent_id: UUID) -> bool:
    return Agent.objects.filter(account_id=agent_id, frozen_at__isnull=False).exists()


def check_not_frozen(agent_id: UUID) -> None:
    if is_frozen(agent_id):
        raise refusal()


def refusal() -> AgentFrozen:
    return AgentFrozen("A payment for this agent is contested at the bank, or it owes money: nothing is held for it.")


def ask_to_collect(agent_id: UUID) -> None:
    """Something came in for a frozen agent: what is owed is taken in a transaction that locks in the usual order."""
    if is_frozen(agent_id):
        enqueue(kind=COLLECT, subject=str(agent_id))


@transaction.atomic
def collect(*, agent: Account, at: datetime) -> None:
    """Take what is owed from what is there by now; owing nothing, with nothing contested, it is free again."""
    Account.objects.select_for_update(no_key=True).get(pk=agent.id)  # its debt moves under this
    book = Book.of(agent.mode)
    debt = owed(agent.id, agent.mode)
    taken = min(debt, queries.balance(rules.agent_available(book, agent.id)))
    if taken > 0:
        post([charges.collect(book=book, agent_id=agent.id, occasion=new_id(), amount_micros=taken)], at=at)
    running = ChargeDispute.objects.filter(agent=agent, decided_at=None).exclude(state__startswith=INQUIRY)
    if debt == taken and not running.exists():
        Agent.objects.filter(account=agent).exclude(frozen_at=None).update(frozen_at=None)


def sweep(*, at: datetime) -> None:
    """Of frozen agents: what came back from bounties since is taken for what they owe."""
    for agent in Agent.objects.select_related("account").exclude(frozen_at=None):
        collect(agent=agent.account, at=at)
