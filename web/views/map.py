"""The map: a page, and what is asked around the place that it shows."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bounties import scouting
from bounties.nearby.page import MOST_ROWS, MOST_WITHIN_M, Found, Seeker, Wishes
from bounties.nearby.search import nearby as search
from bounties.places import Place, distance_m
from bounties.reading import InvalidPlace
from market import clock, ids
from market.accounts.models import Scout
from web import basemap
from web.about import units_for
from web.scouts import for_scouts
from web.standpoint import standpoint
from web.telling import distance, length, money

_LISTED = 12
_WITHIN_M = 20_000


@require_GET
@for_scouts
def page(request: HttpRequest, scout: Scout) -> HttpResponse:
    here = standpoint(request)
    facts: dict[str, Any] = {
        "standpoint": here,
        "claims": scouting.live_claims(scout=scout.account, at=clock.now()),
        "map": basemap.addresses(),
        "rows": () if here is None else _around(scout, here.place, within_m=_WITHIN_M, limit=_LISTED),
    }
    return render(request, "scout/map.html", facts)


@require_GET
@for_scouts
def bounties(request: HttpRequest, scout: Scout) -> HttpResponse:
    """GeoJSON of what is asked around the middle of the map, nearest first; each with what the card says."""
    try:
        middle = Place(float(request.GET.get("lat", "")), float(request.GET.get("lng", "")))
        within_m = min(MOST_WITHIN_M, max(1, int(request.GET.get("within", ""))))
    except ValueError as error:
        raise InvalidPlace("This is no place on Earth.") from error
    found = _around(scout, middle, within_m=within_m, limit=MOST_ROWS)
    return JsonResponse({"type": "FeatureCollection", "features": [_feature(request, each) for each in found]})


def _around(scout: Scout, middle: Place, *, within_m: int, limit: int) -> tuple[Found, ...]:
    return search(
        around=middle,
        mode=scout.account.mode,  # type: ignore[arg-type]
        at=clock.now(),
        seeker=Seeker(scout.account_id, scout.user_id),
        wishes=Wishes(within_m=within_m),
        limit=limit,
    ).rows


def _feature(request: HttpRequest, found: Found) -> dict[str, Any]:
    here = standpoint(request)
    away = None if here is None else distance_m(here.place, found.place)
    public_id = ids.encode("bnt", found.bounty_id)
    return {
        "type": "Feature",
        "id": public_id,
        "geometry": {"type": "Point", "coordinates": [found.place.lng, found.place.lat]},
        "properties": {
            "id": public_id,
            "title": found.title,
            "reward": money(found.reward_micros),
            "away": "" if away is None else distance(away, units_for(request)),
            "left": length(found.closes_at - clock.now()),
            "radius_m": found.radius_m,
        },
    }
