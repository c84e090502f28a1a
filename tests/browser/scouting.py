"""Scouts with phones, and bounties for them, in the house that the browser tests share."""

import json
from dataclasses import dataclass
from itertools import count
from typing import Any

from playwright.sync_api import Geolocation

from tests.browser.conftest import House, Visitor

BERLIN = {"latitude": 52.52, "longitude": 13.405}
_numbers = count(1)

_POST = """
import json
from datetime import timedelta
from bounties import drafts
from bounties.operations import post
from market import clock
from market.accounts.operations import create_agent
from market.ids import encode, new_id
from market.payments import play_money
at = clock.now()
agent = create_agent(name="Bakery watcher", at=at).agent.account
play_money.grant(agent=agent, amount_micros=100_000_000, grant_id=new_id(), at=at)
wish = json.loads({wish!r})
wish["window"] = {{"closes_at": (at + timedelta(minutes=wish.pop("minutes"))).isoformat()}}
bounty = post(buyer=agent, draft=drafts.read(wish, at=at), at=at)
print(json.dumps({{"id": encode("bnt", bounty.id)}}))
"""

_COOKIE = """
import json
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from market import clock
from market.accounts.models import User
from market.accounts.operations import become_scout
user = User.objects.create_user({address!r})
become_scout(user=user, mode="test", at=clock.now())
session = SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
print(json.dumps({{"name": settings.SESSION_COOKIE_NAME, "value": session.session_key}}))
"""


@dataclass(frozen=True)
class Spot:
    """A place that no other test looks at: each stands in a town of its own, some twenty kilometres from the next."""

    lat: float
    lng: float

    @classmethod
    def new(cls) -> "Spot":
        return cls(round(20 + next(_numbers) * 0.2, 6), 13.405)

    @property
    def geolocation(self) -> Geolocation:
        return {"latitude": self.lat, "longitude": self.lng}


def shell(house: House, code: str) -> Any:
    return json.loads(house.manage("shell", "--no-imports", "-c", code).splitlines()[-1])


def post_bounty(house: House, spot: Spot, *, minutes: int = 300, **changes: Any) -> str:
    wish = {
        "title": "Is the bakery open?",
        "questions": [{"text": "Is the bakery on the corner open now?", "type": "yes_no"}],
        "criteria": ["The shop front is visible"],
        "place": {"lat": spot.lat, "lng": spot.lng, "radius_m": 60},
        "reward": "2.50",
        "minutes": minutes,
        **changes,
    }
    path: str = shell(house, _POST.format(wish=json.dumps(wish)))["id"]
    return f"/bounties/{path}"


def let_in(visitor: Visitor, address: str) -> None:
    """As a scout who practises and has typed a code already: signing in itself is tested elsewhere."""
    carry(visitor, new_session(visitor.house, address))


def new_session(house: House, address: str) -> dict[str, str]:
    """The cookie of a new scout."""
    cookie: dict[str, str] = shell(house, _COOKIE.format(address=address))
    return cookie


def carry(visitor: Visitor, cookie: dict[str, str]) -> None:
    visitor.page.context.add_cookies(
        [{"name": cookie["name"], "value": cookie["value"], "url": visitor.house.url, "httpOnly": True}]
    )


def stand(visitor: Visitor, spot: Spot, *, metres_north: float = 0) -> None:
    visitor.page.context.set_geolocation(
        {"latitude": spot.lat + metres_north / 111_195, "longitude": spot.lng, "accuracy": 8}
    )
