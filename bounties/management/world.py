"""Where people are and what is asked there: the draws behind `seed_world`. Pure; the same seed gives the same world.

Skewed as the real one is: most of it in large cities, and there around a few quarters and a few exact spots; the rest
in towns of their surroundings; almost nothing elsewhere. Deserts and oceans stay empty but for a handful of outposts,
which are where geography is awkward: both sides of the antimeridian, near the poles, at latitude and longitude zero.
"""

import itertools
import math
import random
from dataclasses import dataclass, field

from market.money import MICROS_PER_CENT

# Name, latitude, longitude, people in hundreds of thousands, roughly.
CITIES: tuple[tuple[str, float, float, int], ...] = (
    ("Tokyo", 35.6812, 139.7671, 372), ("Delhi", 28.6139, 77.2090, 329), ("Shanghai", 31.2304, 121.4737, 292),
    ("São Paulo", -23.5505, -46.6333, 226), ("Mexico City", 19.4326, -99.1332, 222), ("Cairo", 30.0444, 31.2357, 222),
    ("Mumbai", 19.0760, 72.8777, 213), ("Beijing", 39.9042, 116.4074, 217), ("Dhaka", 23.8103, 90.4125, 232),
    ("Osaka", 34.6937, 135.5023, 190), ("New York", 40.7128, -74.0060, 188), ("Karachi", 24.8607, 67.0011, 172),
    ("Buenos Aires", -34.6037, -58.3816, 155), ("Istanbul", 41.0082, 28.9784, 158), ("Lagos", 6.5244, 3.3792, 159),
    ("Kinshasa", -4.4419, 15.2663, 163), ("Manila", 14.5995, 120.9842, 147), ("Los Angeles", 34.0522, -118.2437, 125),
    ("Rio de Janeiro", -22.9068, -43.1729, 137), ("Moscow", 55.7558, 37.6173, 126), ("Paris", 48.8566, 2.3522, 112),
    ("Bogotá", 4.7110, -74.0721, 115), ("Jakarta", -6.2088, 106.8456, 112), ("Lima", -12.0464, -77.0428, 112),
    ("Bangkok", 13.7563, 100.5018, 111), ("Seoul", 37.5665, 126.9780, 100), ("London", 51.5074, -0.1278, 96),
    ("Chicago", 41.8781, -87.6298, 89), ("Tehran", 35.6892, 51.3890, 95), ("Ho Chi Minh City", 10.8231, 106.6297, 93),
    ("Nairobi", -1.2921, 36.8219, 53), ("Johannesburg", -26.2041, 28.0473, 62), ("Madrid", 40.4168, -3.7038, 68),
    ("Toronto", 43.6532, -79.3832, 63), ("Barcelona", 41.3874, 2.1686, 57), ("Sydney", -33.8688, 151.2093, 51),
    ("Singapore", 1.3521, 103.8198, 60), ("Berlin", 52.5200, 13.4050, 36), ("Rome", 41.9028, 12.4964, 43),
    ("Houston", 29.7604, -95.3698, 67), ("Melbourne", -37.8136, 144.9631, 52), ("Denver", 39.7392, -104.9903, 29),
    ("Casablanca", 33.5731, -7.5898, 38), ("Accra", 5.6037, -0.1870, 27), ("Dakar", 14.7167, -17.4677, 34),
    ("Addis Ababa", 9.0300, 38.7400, 55), ("Athens", 37.9838, 23.7275, 31), ("Lisbon", 38.7223, -9.1393, 30),
    ("Vienna", 48.2082, 16.3738, 20), ("Warsaw", 52.2297, 21.0122, 18), ("Stockholm", 59.3293, 18.0686, 17),
    ("Helsinki", 60.1699, 24.9384, 13), ("Oslo", 59.9139, 10.7522, 11), ("Copenhagen", 55.6761, 12.5683, 14),
    ("Dublin", 53.3498, -6.2603, 13), ("Montréal", 45.5017, -73.5673, 43), ("Vancouver", 49.2827, -123.1207, 27),
    ("San Francisco", 37.7749, -122.4194, 33), ("Santiago", -33.4489, -70.6693, 69), ("Quito", -0.1807, -78.4678, 20),
    ("Perth", -31.9505, 115.8605, 21), ("Auckland", -36.8485, 174.7633, 17), ("Honolulu", 21.3069, -157.8583, 8),
    ("Anchorage", 61.2181, -149.9003, 3), ("Reykjavík", 64.1466, -21.9426, 2), ("Suva", -18.1248, 178.4501, 2),
    ("Tromsø", 69.6492, 18.9553, 1), ("Ushuaia", -54.8019, -68.3030, 1), ("Apia", -13.8333, -171.7667, 1),
)  # fmt: skip

OUTPOSTS: tuple[tuple[float, float], ...] = (
    (0.0, 0.0), (90.0, 0.0), (-90.0, 0.0), (-16.8, 179.99), (-16.8, -179.99), (64.73, 177.51), (65.5, -179.5),
    (78.2232, 15.6267), (82.5018, -62.3481), (89.9, 100.0), (-77.85, 166.67), (-89.99, -45.0), (23.4, 8.6),
    (51.9, 179.0), (51.9, -179.0),
)  # fmt: skip

# What is asked, and for how much: the median reward in cents.
ASKED: tuple[tuple[str, str, int], ...] = (
    ("Is it open right now?", "yes_no", 200),
    ("How long is the queue outside?", "number", 250),
    ("Which price does the sign show?", "text", 300),
    ("Is the charging point free?", "yes_no", 250),
    ("Is there construction on this street?", "yes_no", 300),
    ("Is the shelf stocked?", "yes_no", 400),
    ("Which opening hours are on the door?", "text", 250),
    ("How full is the car park?", "number", 350),
    ("Is the lift in service?", "yes_no", 300),
    ("Has the building work reached the roof?", "yes_no", 1200),
    ("Is the beach cleared of snow or weed?", "yes_no", 900),
    ("Is the property for sale?", "yes_no", 1500),
)

_IN_CITIES, _IN_TOWNS, _ON_SPOTS = 0.83, 0.15, 0.015  # the rest: outposts
_QUARTERS, _TOWNS, _SPOTS = 24, 40, 60
_E7 = 10_000_000


@dataclass(frozen=True, slots=True)
class Drawn:
    latitude_e7: int
    longitude_e7: int
    radius_m: int
    asked: int
    reward_micros: int
    slots: int
    opened_hours_ago: float
    open_for_hours: float
    buyer: int


@dataclass
class World:
    seed: int
    buyers: int
    _random: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)  # noqa: S311
        self._weights = list(itertools.accumulate(people for *_, people in CITIES))
        self._quarters = [self._around(city, _QUARTERS, 0.02, 0.5) for city in CITIES]
        self._towns = [self._around(city, _TOWNS, 0.4, 2.5) for city in CITIES]
        self._spots = [self._around(city, _SPOTS, 0.005, 0.1) for city in CITIES]
        # A few agents post most of what there is.
        self._shares = list(itertools.accumulate(1 / rank for rank in range(1, self.buyers + 1)))

    def draw(self) -> Drawn:
        choose = self._random
        lat, lng = self._place()
        asked = choose.randrange(len(ASKED))
        cents = max(5, min(1_000_000, round(choose.lognormvariate(math.log(ASKED[asked][2]), 0.6))))
        luck = choose.random()
        slots = 1 if luck < 0.93 else choose.randint(2, 4) if luck < 0.998 else choose.randint(5, 40)
        return Drawn(
            latitude_e7=round(lat * _E7),
            longitude_e7=round(lng * _E7),
            radius_m=choose.choice((25, 50, 50, 100, 100, 250, 1000)),
            asked=asked,
            reward_micros=cents * MICROS_PER_CENT,
            slots=slots,
            # One in fifty opens later.
            opened_hours_ago=choose.uniform(0, 48) if choose.random() < 0.98 else choose.uniform(-48, -2),
            open_for_hours=min(choose.expovariate(1 / 100) + 49, 2000),
            buyer=choose.choices(range(self.buyers), cum_weights=self._shares)[0],
        )

    def _place(self) -> tuple[float, float]:
        choose = self._random
        kind = choose.random()
        if kind >= _IN_CITIES + _IN_TOWNS + _ON_SPOTS:
            lat, lng = choose.choice(OUTPOSTS)
            return self._scattered(lat, lng, 0.05) if choose.random() < 0.9 else (lat, lng)
        city = choose.choices(range(len(CITIES)), cum_weights=self._weights)[0]
        if kind < _IN_CITIES:
            # The nearer to the middle a quarter is, the more is asked there.
            lat, lng = self._quarters[city][int(_QUARTERS * choose.random() ** 2)]
            return self._scattered(lat, lng, 0.012)
        if kind < _IN_CITIES + _IN_TOWNS:
            lat, lng = choose.choice(self._towns[city])
            return self._scattered(lat, lng, 0.01)
        return choose.choice(self._spots[city])  # a station, a stadium: the very same point

    def _around(
        self, city: tuple[str, float, float, int], count: int, least: float, most: float
    ) -> list[tuple[float, float]]:
        """So many places at growing distances, in degrees, from a city; a larger city is wider."""
        _, lat, lng, people = city
        wide = min(1.0, math.sqrt(people / 100) * 0.6 + 0.1)
        distances = sorted(self._random.uniform(least, most) * wide for _ in range(count))
        return [self._scattered(lat, lng, 0.0, away=distance) for distance in distances]

    def _scattered(self, lat: float, lng: float, spread: float, *, away: float | None = None) -> tuple[float, float]:
        """Near a place, on a circle or in a bell around it, in degrees of latitude."""
        choose = self._random
        distance = abs(choose.gauss(0, spread)) if away is None else away
        bearing = choose.uniform(0, 2 * math.pi)
        north = lat + distance * math.cos(bearing)
        if not -90 <= north <= 90:
            north = math.copysign(180, north) - north  # over the pole and down the other side
        east = lng + distance * math.sin(bearing) / max(0.001, math.cos(math.radians(north)))
        return north, math.remainder(east, 360.0)
