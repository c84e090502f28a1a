"""A plain map of the world, made at set-up from what packages bring along: land, borders, and the names of cities.

No request leaves for it. It knows no streets: where a real map is wanted, MAP_STYLE_URL names one.
"""

from typing import Final

FILE: Final = "map/world.pmtiles"  # below the static files
LAYERS: Final = [{"id": "land"}, {"id": "borders"}, {"id": "cities"}]
