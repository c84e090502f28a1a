"""A few open bounties of the demo agent in one city, so that there is something to see, to claim and to answer."""

from datetime import timedelta
from typing import Any, Final

from bounties import drafts
from bounties.models import Bounty
from bounties.operations import posting
from bounties.states import BOUNTY
from market.accounts.authentication import KnownKeys, authenticate
from market.accounts.models import Account
from market.demo import Demo

_OPEN_FOR = timedelta(days=7)

_WISHES: Final[tuple[dict[str, Any], ...]] = (
    {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open now?"],
        "criteria": ["The shop front is visible"],
        "place": {"lat": 52.5219, "lng": 13.4132, "radius_m": 60},
        "reward": "2.50",
    },
    {
        "title": "How long is the queue?",
        "questions": ["How many people are waiting outside?"],
        "criteria": ["The entrance is visible"],
        "place": {"lat": 52.5186, "lng": 13.3762, "radius_m": 120},
        "reward": "3.00",
        "slots": 2,
    },
    {
        "title": "Is the lift working?",
        "questions": ["Does the lift to the platform work?"],
        "criteria": ["The lift door is visible"],
        "place": {"lat": 52.5251, "lng": 13.3694, "radius_m": 80},
        "reward": "4.00",
    },
)


def seed(demo: Demo) -> None:
    caller = authenticate(text=demo.facts["agent_key"], address="127.0.0.1", at=demo.at, known=KnownKeys())
    agent = Account.objects.get(pk=caller.account_id)
    running = Bounty.objects.filter(buyer=agent).exclude(state__in=sorted(BOUNTY.ends()))
    there = set(running.values_list("title", flat=True))
    window = {"closes_at": (demo.at + _OPEN_FOR).isoformat()}
    wanted = [wish | {"window": window} for wish in _WISHES if wish["title"] not in there]
    if not wanted:
        return
    posting.post_all(buyer=agent, drafts=[drafts.read(wish, at=agent.time_of(demo.at)) for wish in wanted], at=demo.at)
