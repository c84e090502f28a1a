"""Whom and what `tests.bench.doors` asks about, and the requests themselves, byte for byte."""

import json
from collections.abc import Callable, Collection, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, pairwise
from typing import Any
from uuid import uuid4

AGENTS, BOUNTIES_EACH = 200, 30
SCOUTS, OPEN_BOUNTIES, FEWEST_FOUND, MOST_FOUND = 500, 50_000, 45, 56

Requests = Iterator[bytes]


def requests(calls: Collection[str]) -> dict[str, Requests]:
    """Each next one from another agent or scout, so that nobody's allowance runs out."""
    from django.db import connection

    made: dict[str, Requests] = {}
    if set(calls) & set(_OF_AGENTS):
        keys, bounties = _agents()
        made |= {call: _OF_AGENTS[call](keys, bounties) for call in calls if call in _OF_AGENTS}
    if "nearby" in calls:
        made["nearby"] = _nearby(_scouts())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    connection.close()
    return {call: made[call] for call in calls}


def _request(line: str, *headers: str, body: bytes = b"") -> bytes:
    words = [line, "Host: localhost", "Accept: application/json", *headers, "", ""]
    return "\r\n".join(words).encode() + body


# --- what agents ask --------------------------------------------------------------------------------------------------


def _agents() -> tuple[list[str], list[list[str]]]:
    """Agents with money and running bounties: the keys' texts, and each one's ids."""
    from bounties import drafts, operations
    from market import clock
    from market.accounts.audit import CONSOLE
    from market.accounts.models import Account
    from market.accounts.operations.keys import issue_key
    from market.ids import encode, new_id
    from market.payments.play_money import grant

    at = clock.now()
    keys, bounties = [], []
    for _ in range(AGENTS):
        agent = Account.objects.create(kind=Account.Kind.AGENT, mode="test")
        grant(agent=agent, amount_micros=500_000_000, grant_id=new_id(), at=at)
        keys.append(issue_key(account_id=agent.id, by=CONSOLE, at=at).text)
        wishes = [drafts.read(_wish(), at=at) for _ in range(BOUNTIES_EACH)]
        posted = operations.post_all(buyer=agent, drafts=wishes, at=at)
        bounties.append([encode("bnt", bounty.id) for bounty in posted])
    return keys, bounties


def _wish() -> dict[str, Any]:
    closes_at = datetime.now(UTC) + timedelta(hours=6)
    return {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open right now?"],
        "criteria": ["The shop front is visible"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": {"closes_at": closes_at.isoformat()},
        "reward": "0.50",
        "currency": "usd",
        "slots": 1,
        "proof": {"media": "photo", "count": 1, "challenge": "none"},
        "review": "auto",
    }


def _gets(keys: list[str], bounties: list[list[str]]) -> Requests:
    for turn, (key, own) in zip(count(), cycle(zip(keys, bounties, strict=True)), strict=False):
        yield _request(f"GET /v1/bounties/{own[turn // AGENTS % BOUNTIES_EACH]} HTTP/1.1", _shown(key))


def _lists(keys: list[str], _: list[list[str]]) -> Requests:
    for key in cycle(keys):
        yield _request("GET /v1/bounties?limit=25 HTTP/1.1", _shown(key))


def _posts(keys: list[str], _: list[list[str]]) -> Requests:
    body = json.dumps(_wish()).encode()
    words = ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    for key in cycle(keys):
        yield _request("POST /v1/bounties HTTP/1.1", _shown(key), f"Idempotency-Key: {uuid4()}", *words, body=body)


def _shown(key: str) -> str:
    return f"Authorization: Bearer {key}"


_OF_AGENTS: dict[str, Callable[[list[str], list[list[str]]], Requests]] = {"get": _gets, "list": _lists, "post": _posts}
CALLS = (*_OF_AGENTS, "nearby")


# --- what the map of a scout asks -------------------------------------------------------------------------------------


def _scouts() -> list[tuple[str, str]]:
    """Scouts who are signed in and have said where they are: each one's cookie, and what the own map asks."""
    from django.conf import settings
    from django.core.management import call_command

    from bounties.nearby.search import nearby
    from market import clock
    from tests.bench.nearby import places_asked_about

    call_command("seed_world", bounties=OPEN_BOUNTIES, mode="live", seed=1)
    asked = []
    for place in places_asked_about(SCOUTS):
        rows = nearby(around=place, mode="live", at=clock.now(), limit=MOST_FOUND).rows  # type: ignore[arg-type]
        within = _round_about([row.distance_m for row in rows])
        if within is not None:
            cookie = f"Cookie: {settings.SESSION_COOKIE_NAME}={_signed_in(place)}"
            asked.append((cookie, f"lat={place.lat:.5f}&lng={place.lng:.5f}&within={within}"))
    return asked


def _round_about(metres: list[float]) -> int | None:
    """So far that about fifty are found, and the same ones by who takes the Earth for a sphere."""
    if len(metres) < MOST_FOUND:
        return None
    steps = list(pairwise(metres[FEWEST_FOUND:]))
    before, after = max(steps, key=lambda step: step[1] / max(1.0, step[0]))
    return round((before + after) / 2) if after > before * 1.012 else None


def _signed_in(place: Any) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import login
    from django.http import HttpRequest

    from market.accounts.models import Account, Mode, Scout, User
    from market.ids import new_id
    from web.standpoint import Standpoint, keep

    user = User.objects.create_user(f"scout-{new_id()}@example.invalid")
    for mode in Mode:  # who is a scout for money has mostly practised before
        Scout.objects.create(account=Account.objects.create(kind=Account.Kind.SCOUT, mode=mode), user=user, mode=mode)
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    login(request, user, settings.AUTHENTICATION_BACKENDS[0])
    keep(request, Standpoint(place))
    request.session.save()
    return str(request.session.session_key)


def _nearby(asked: list[tuple[str, str]]) -> Requests:
    for cookie, query in cycle(asked):
        yield _request(f"GET /map/bounties?{query} HTTP/1.1", cookie, "Accept-Language: en-AU,en;q=0.9")
