"""A plain map of the world, made at set-up from what packages bring along: land, borders, and the names of cities.

No request leaves for it. It knows no streets: where a real map is wanted, MAP_STYLE_URL names one.
"""

from typing import Final

from django.conf import settings

FILE: Final = "map/world.pmtiles"  # below the static files
LAYERS: Final = [{"id": "land"}, {"id": "borders"}, {"id": "cities"}]


def addresses() -> dict[str, str]:
    """What a page with a map on it has to know."""
    return {
        "style": settings.MAP_STYLE_URL,
        "world": f"{settings.STATIC_URL}{FILE}",
        "scripts": f"{settings.STATIC_URL}map/",
    }
