"""The people of the demo world: an agent with a test key and its owner, a scout who practises, an operator."""

from allauth.account.models import EmailAddress
from django.db import transaction

from market.accounts import operations, queries
from market.accounts.audit import CONSOLE, Actor
from market.accounts.authentication import KnownKeys, authenticate
from market.accounts.models import Agent, Mode, User
from market.demo import Demo
from market.errors import DomainError

AGENT_NAME = "Demo agent"
OWNER, SCOUT, OPERATOR = "owner@demo.localhost", "scout@demo.localhost", "operator@demo.localhost"


@transaction.atomic
def seed(demo: Demo) -> None:
    owner, scout, operator = (_person(email) for email in (OWNER, SCOUT, OPERATOR))
    operations.become_scout(user=scout, mode=Mode.TEST, at=demo.at)
    operations.appoint_operator(user=operator, by=CONSOLE, reason="the demo world", at=demo.at)
    demo.facts |= {
        "agent_key": _key(owner, demo),
        "owner_email": OWNER,
        "scout_email": SCOUT,
        "operator_email": OPERATOR,
        "mail_url": "/dev/mail",
    }


def _person(email: str) -> User:
    user = User.objects.filter(email=email).first() or User.objects.create_user(email)
    # As if the person had typed the first code already.
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _key(owner: User, demo: Demo) -> str:
    """The key of the last run where it still opens, else a new one: only its hash is kept, it cannot be looked up."""
    kept = demo.facts.get("agent_key", "")
    if _opens(kept, demo):
        return kept
    agent = queries.agents_of(owner).filter(name=AGENT_NAME).first()
    if agent is None:
        return _new_agent(owner, demo)
    for key in queries.keys_of(agent.pk).filter(revoked_at__isnull=True):
        operations.revoke_key(account_id=agent.pk, key_id=key.id, by=CONSOLE, at=demo.at)
    return operations.issue_key(account_id=agent.pk, by=CONSOLE, at=demo.at).text


def _opens(text: str, demo: Demo) -> bool:
    try:
        caller = authenticate(text=text, address="127.0.0.1", at=demo.at, known=KnownKeys())
    except DomainError:
        return False
    return Agent.objects.filter(pk=caller.account_id, name=AGENT_NAME).exists()


def _new_agent(owner: User, demo: Demo) -> str:
    new = operations.create_agent(name=AGENT_NAME, contact=OWNER, by=Actor.user(owner), at=demo.at)
    operations.claim_agent(user=owner, token=new.claim_token, at=demo.at)
    return new.key_text
