from collections import Counter
from itertools import islice

import pytest

from bounties.management.world import CITIES, OUTPOSTS, Drawn, World
from bounties.places import Place, distance_m


def drawn(count: int, seed: int = 1) -> list[Drawn]:
    world = World(seed=seed, buyers=50)
    return [world.draw() for _ in range(count)]


@pytest.fixture(scope="module")
def world() -> list[Drawn]:
    return drawn(5_000)


def test_the_same_seed_draws_the_same_world_and_another_another() -> None:
    assert drawn(50) == drawn(50)
    assert drawn(50) != drawn(50, seed=2)


def test_every_place_is_on_earth(world: list[Drawn]) -> None:
    for each in world:
        Place.of_e7(each.latitude_e7, each.longitude_e7)


def test_people_are_where_cities_are(world: list[Drawn]) -> None:
    centres = [Place(lat, lng) for _, lat, lng, _ in CITIES] + [Place(*each) for each in OUTPOSTS]
    for each in islice(world, 300):
        place = Place.of_e7(each.latitude_e7, each.longitude_e7)
        assert min(distance_m(place, centre) for centre in centres) < 300_000


@pytest.mark.parametrize(
    ("name", "lat", "lng"), [("Sahara", 22.0, 15.0), ("Outback", -25.0, 128.0), ("Pacific", 10.0, -130.0)]
)
def test_deserts_and_oceans_are_empty(world: list[Drawn], name: str, lat: float, lng: float) -> None:
    assert not [
        each for each in world if abs(each.latitude_e7 / 1e7 - lat) < 3 and abs(each.longitude_e7 / 1e7 - lng) < 3
    ]


def test_the_world_is_skewed(world: list[Drawn]) -> None:
    cells = Counter((each.latitude_e7 // 10**6, each.longitude_e7 // 10**6) for each in world)
    largest = sum(count for _, count in cells.most_common(len(cells) // 10))
    assert largest > 0.4 * len(world)
    assert max(Counter((each.latitude_e7, each.longitude_e7) for each in world).values()) > 1


def test_what_is_drawn_is_within_the_bounds_of_a_bounty(world: list[Drawn]) -> None:
    for each in world:
        assert 50_000 <= each.reward_micros <= 10_000_000_000
        assert 1 <= each.slots <= 1_000
        assert each.open_for_hours > max(0.0, each.opened_hours_ago)
        assert each.open_for_hours <= 90 * 24
