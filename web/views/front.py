"""The front page, and what is not here."""

from typing import Any, Final, NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from bounties.nearby.page import Wishes
from bounties.nearby.search import nearby as search
from bounties.places import Place
from market import clock
from market.accounts.models import Mode
from market.config import config
from web.standpoint import standpoint

_NEAR_M: Final = 20_000
_SHOWN: Final = 3

# Where a program that was given nothing but the address goes on (RFC 8288).
LINKS = (
    '</llms.txt>; rel="describedby"; type="text/plain", </docs/>; rel="service-doc"; type="text/html", '
    '</.well-known/api-catalog>; rel="api-catalog", '
    '</.well-known/ai-catalog.json>; rel="describedby"; type="application/ai-catalog+json"'
)


def welcome(request: HttpRequest) -> HttpResponse:
    here = standpoint(request)
    facts: dict[str, Any] = {"public_url": config.public_url, "standpoint": here}
    if here is not None:
        facts |= _asked_near(here.place)
    response = render(request, "welcome.html", facts)
    response.headers["Link"] = LINKS
    return response


def _asked_near(place: Place) -> dict[str, Any]:
    """What is asked for money; where nothing is, what is asked in practice, told as such."""
    at = clock.now()
    for mode in (Mode.LIVE, Mode.TEST):
        rows = search(around=place, mode=mode, at=at, wishes=Wishes(within_m=_NEAR_M), limit=_SHOWN).rows
        if rows:
            return {"rows": rows, "is_practice": mode == Mode.TEST}
    return {"rows": ()}


def not_here(request: HttpRequest, rest: str) -> NoReturn:
    raise Http404
