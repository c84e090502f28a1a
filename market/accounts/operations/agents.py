"""An agent begins, and a person answers for it."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import ClassVar

from django.db import transaction

from market.accounts import audit, policies, queries
from market.accounts.audit import STRANGER, Actor
from market.accounts.models import Account, Agent, ApiKey, Audit, Mode, User
from market.accounts.operations.keys import issue_key
from market.errors import DomainError, Kind

CLAIM_PREFIX = "slc_"  # by which the log writer knows a claim token, and takes it out


MOST_LIVE_AGENTS = 20


class ClaimUnknown(DomainError):
    """The claim link leads to no agent."""

    code = "claim_unknown"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Ask the agent's program for its claim link again: it is shown when the agent is made."


class ClaimedByAnother(DomainError):
    """Somebody else has claimed this agent."""

    code = "claimed_by_another"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Ask whoever claimed it, or make another agent."


@dataclass(frozen=True)
class NewAgent:
    agent: Agent
    key: ApiKey
    key_text: str = field(repr=False)  # shown once, kept nowhere
    claim_token: str = field(repr=False)


@transaction.atomic
def create_agent(*, name: str, contact: str = "", by: Actor = STRANGER, at: datetime) -> NewAgent:
    """Make an agent in test mode, with a key for everything and the token with which a person claims it."""
    name = policies.check_name(name)
    contact = policies.check_contact(contact)
    account = Account.objects.create(kind=Account.Kind.AGENT, mode=Mode.TEST, created_at=at)
    token = CLAIM_PREFIX + secrets.token_hex(32)
    agent = Agent.objects.create(account=account, name=name, contact=contact, claim_hash=_digest(token))
    audit.record(action=Audit.Action.AGENT_CREATED, by=by, subject_id=account.id, at=at)
    new = issue_key(account_id=account.id, by=by, at=at)
    return NewAgent(agent, new.key, new.text, token)


class TooManyLiveAgents(DomainError):
    """A person answers for as many live agents as one may."""

    code = "too_many_live_agents"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Use one of the live agents that are there, with a key of its own for each program."


@transaction.atomic
def open_live_agent(*, user: User, name: str, at: datetime) -> Agent:
    """Make an agent in live mode. It is a person's from the start, who makes its keys: nobody else could pay for it."""
    name = policies.check_name(name)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # the queue for agents opened at once
    if Agent.objects.filter(owner=user, account__mode=Mode.LIVE).count() >= MOST_LIVE_AGENTS:
        raise TooManyLiveAgents(f"A person has at most {MOST_LIVE_AGENTS} live agents.")
    account = Account.objects.create(kind=Account.Kind.AGENT, mode=Mode.LIVE, created_at=at)
    nobodys_claim = _digest(CLAIM_PREFIX + secrets.token_hex(32))
    agent = Agent.objects.create(account=account, name=name, owner=user, claimed_at=at, claim_hash=nobodys_claim)
    audit.record(action=Audit.Action.AGENT_CREATED, by=Actor.user(user), subject_id=account.id, at=at)
    return agent


def find_claimable(*, token: str, user: User | None = None) -> Agent:
    """The agent behind a claim token, if this user may still claim it or has done so."""
    agent = queries.agent_by_claim_hash(_digest(token))
    if agent is None:
        raise ClaimUnknown("This claim link leads to no agent.")
    if agent.owner_id is not None and (user is None or agent.owner_id != user.id):
        raise ClaimedByAnother("Somebody else has claimed this agent already.")
    return agent


@transaction.atomic
def claim_agent(*, user: User, token: str, at: datetime) -> Agent:
    """Make this user the one who answers for the agent. Done again by the same user, it changes nothing."""
    agent = find_claimable(token=token, user=user)
    unclaimed = Agent.objects.filter(pk=agent.pk, owner__isnull=True)
    if unclaimed.update(owner=user, claimed_at=at) == 1:
        audit.record(action=Audit.Action.AGENT_CLAIMED, by=Actor.user(user), subject_id=agent.pk, at=at)
    # Two people with the same link: whoever was slower finds out here.
    return find_claimable(token=token, user=user)


def _digest(token: str) -> bytes:
    return sha256(token.encode(errors="replace")).digest()
