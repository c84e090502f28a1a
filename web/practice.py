"""Questions made up around a scout who practises: posted by an agent of the house, with play money, for one day.

They can be answered wherever somebody stands, and are claimed, captured, checked and paid as all others are.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext

from bounties import drafts
from bounties.models import Bounty
from bounties.operations import posting
from bounties.places import E7, Place, destination, spans
from bounties.states import BountyState
from market.accounts.models import Account, Agent, Mode
from market.accounts.operations import create_agent
from market.ids import new_id
from market.payments import play_money

NAME, CONTACT = "Sightline practice", "practice"
AT_ONCE: Final = 5
_AROUND_M = 2_500
_AWAY_M: Final = (150, 300, 500, 800, 1_200)
_OPEN_FOR = timedelta(days=1)
_ENOUGH_MICROS = 100_000_000


@transaction.atomic
def put_around(*, place: Place, at: datetime) -> int:
    """Have five questions around there, and answer how many were added. Asked again, what is there counts."""
    agent = _agent(at)
    wanted = AT_ONCE - _there(agent, place)
    if wanted <= 0:
        return 0
    play_money.grant(agent=agent, amount_micros=_ENOUGH_MICROS, grant_id=new_id(), at=at)
    turn = secrets.randbelow(360)
    wishes = [
        _wish(question, destination(place, bearing=(turn + 137 * number) % 360, metres=_AWAY_M[number]), at=at)
        for number, question in enumerate(_questions()[:wanted])
    ]
    posting.post_all(buyer=agent, drafts=[drafts.read(wish, at=agent.time_of(at)) for wish in wishes], at=at)
    return len(wishes)


def _agent(at: datetime) -> Account:
    """The house's own, in test mode. Two hands at once may make two of it, which harms nobody."""
    found = Agent.objects.select_related("account").filter(name=NAME, contact=CONTACT, account__mode=Mode.TEST).first()
    return (found or create_agent(name=NAME, contact=CONTACT, at=at).agent).account


def _there(agent: Account, place: Place) -> int:
    return sum(
        Bounty.objects.filter(
            buyer=agent,
            state=BountyState.OPEN,
            latitude_e7__range=(round(span.south * E7), round(span.north * E7)),
            longitude_e7__range=(round(span.west * E7), round(span.east * E7)),
        ).count()
        for span in spans(place, metres=_AROUND_M)
    )


def _questions() -> list[dict[str, Any]]:
    return [
        {
            "title": gettext("What is here?"),
            "questions": [
                {
                    "text": gettext("What do you see here?"),
                    "type": "choice",
                    "choices": [
                        gettext("A street"),
                        gettext("A building"),
                        gettext("Green"),
                        gettext("Something else"),
                    ],
                }
            ],
            "reward": "2.00",
        },
        {
            "title": gettext("Is there somewhere to sit?"),
            "questions": [{"text": gettext("Can you see a bench from here?"), "type": "yes_no"}],
            "reward": "1.50",
        },
        {
            "title": gettext("How many bicycles?"),
            "questions": [{"text": gettext("How many parked bicycles can you see?"), "type": "number"}],
            "reward": "2.50",
        },
        {
            "title": gettext("Which colour is the nearest door?"),
            "questions": [gettext("Which colour is the door that is nearest to you?")],
            "reward": "1.80",
        },
        {
            "title": gettext("From two sides, please"),
            "questions": [{"text": gettext("Is the ground wet?"), "type": "yes_no"}],
            "proof": {"count": 2, "challenge": "second_view"},
            "reward": "3.50",
        },
    ]


def _wish(question: dict[str, Any], place: Place, *, at: datetime) -> dict[str, Any]:
    return {
        **question,
        "place": {"lat": round(place.lat, 7), "lng": round(place.lng, 7), "radius_m": 80},
        "window": {"closes_at": (at + _OPEN_FOR).isoformat()},
        "review_hours": 1,
        "distinct_scouts": True,
    }
