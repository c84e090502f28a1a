"""The map: a page, and what is asked around the place that it shows."""

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from bounties import scouting
from bounties.nearby.page import MOST_ROWS, MOST_WITHIN_M, Found, Seeker, Wishes
from bounties.nearby.search import nearby as search
from bounties.places import E7, Horizon, Place
from bounties.reading import InvalidPlace
from market import clock, ids
from market.accounts.models import Scout
from web import basemap
from web.about import units_for
from web.capture.refusals import refused
from web.scouts import for_scouts
from web.standpoint import standpoint
from web.telling import distance_in, length_in, money_in

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
def bounties(request: HttpRequest, scout: Scout) -> HttpResponseBase:
    """GeoJSON of what is asked around the middle of the map, nearest first; each with what the card says."""
    try:
        middle = Place(float(request.GET.get("lat", "")), float(request.GET.get("lng", "")))
        within_m = min(MOST_WITHIN_M, max(1, int(request.GET.get("within", ""))))
    except ValueError:
        return refused(request, InvalidPlace("This is no place on Earth."))
    found = _around(scout, middle, within_m=within_m, limit=MOST_ROWS)
    content = {"type": "FeatureCollection", "features": _features(request, found)}
    return HttpResponse(orjson.dumps(content), content_type="application/json")


def _around(scout: Scout, middle: Place, *, within_m: int, limit: int) -> tuple[Found, ...]:
    return search(
        around=middle,
        mode=scout.account.mode,  # type: ignore[arg-type]
        at=clock.now(),
        seeker=Seeker(scout.account_id, scout.user_id),
        wishes=Wishes(within_m=within_m),
        limit=limit,
    ).rows


def _features(request: HttpRequest, found: tuple[Found, ...]) -> list[dict[str, Any]]:
    here, units, language, at = standpoint(request), units_for(request), get_language(), clock.now()
    horizon = None if here is None else Horizon(here.place)
    features = []
    for each in found:
        public_id, lat, lng = ids.encode("bnt", each.bounty_id), each.latitude_e7 / E7, each.longitude_e7 / E7
        about = {
            "id": public_id,
            "title": each.title,
            "reward": money_in(language, each.reward_micros),
            "away": "" if horizon is None else distance_in(language, horizon.distance_m(lat, lng), units),
            "left": length_in(language, each.closes_at - at),
            "radius_m": each.radius_m,
        }
        point = {"type": "Point", "coordinates": (lng, lat)}
        features.append({"type": "Feature", "id": public_id, "geometry": point, "properties": about})
    return features
