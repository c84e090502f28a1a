"""The time zone that a place lives in, looked up in the outlines that come with a package. No request leaves."""

from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzfpy

from bounties.places import Place

UTC = ZoneInfo("UTC")


def zone_at(place: Place) -> ZoneInfo:
    return _zone(tzfpy.get_tz(place.lng, place.lat))


@lru_cache(maxsize=600)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):  # at sea, or newer than this machine's zones
        return UTC
