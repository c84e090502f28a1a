"""Where a person looks for bounties from: told by the device after a tap, or typed. Kept in the session alone.

One place, the last one, and gone with the session: a list of where somebody was is nothing we need.
"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from bounties.places import Horizon, Place, distance_m, walking_minutes
from bounties.scouting import Offer

_KEY = "standpoint"


@dataclass(frozen=True, slots=True)
class Standpoint:
    place: Place
    name: str = ""  # as it was typed or found; empty when the device told it


def standpoint(request: HttpRequest) -> Standpoint | None:
    kept = request.session.get(_KEY)
    return None if kept is None else Standpoint(Place(kept["lat"], kept["lng"]), kept["name"])


def keep(request: HttpRequest, chosen: Standpoint) -> None:
    place = chosen.place
    request.session[_KEY] = {"lat": round(place.lat, 6), "lng": round(place.lng, 6), "name": chosen.name}


def told_place(request: HttpRequest) -> Place | None:
    """The place that a page's script put into a form, if it is one."""
    try:
        return Place(float(request.POST.get("lat", "")), float(request.POST.get("lng", "")))
    except ValueError:
        return None


def way_to(offer: Offer, *, here: Standpoint) -> dict[str, Any]:
    """How far it is and which way, for a page; on foot only to where the circle begins."""
    metres = distance_m(here.place, offer.place)
    return {
        "away_m": metres,
        "walking": walking_minutes(max(0.0, metres - offer.radius_m)),
        "bearing": Horizon(here.place).bearing(offer.place),
    }
