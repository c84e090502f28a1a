"""What people type when they are asked for a place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounties.places import Place
from web import cities
from web.cities import City
from web.management.commands.build_places import CITIES, decode
from web.typed_places import read_place


@pytest.fixture(autouse=True)
def _few_cities(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [
        City("Berlin", "DE", 3_400_000, Place(52.52437, 13.41053)),
        City("Valencia", "ES", 800_000, Place(39.46975, -0.37739)),
        City("Valencia", "VE", 1_400_000, Place(10.16202, -68.00765)),
        City("São Paulo", "BR", 10_000_000, Place(-23.5475, -46.63611)),
    ]
    by_name: dict[str, list[City]] = {}
    for city in known:
        by_name.setdefault(cities.folded(city.name), []).append(city)
    monkeypatch.setattr(cities, "_by_name", lambda: by_name)


@pytest.mark.parametrize(
    ("text", "lat", "lng"),
    [
        ("52.52, 13.405", 52.52, 13.405),
        ("52.52 13.405", 52.52, 13.405),
        ("52,52; 13,405", 52.52, 13.405),
        ("-33.87,151.21", -33.87, 151.21),
        ("33.87° S, 151.21° E", -33.87, 151.21),
        ("geo:52.52,13.405?z=17", 52.52, 13.405),
        ("https://www.openstreetmap.org/#map=15/52.5200/13.4050", 52.52, 13.405),
        ("https://maps.example/maps/@52.52,13.405,15z", 52.52, 13.405),
        ("https://maps.example/?q=52.52%2C13.405", 52.52, 13.405),
        ("berlin", 52.52437, 13.41053),
        ("  SAO   paulo ", -23.5475, -46.63611),
        ("Valencia", 10.16202, -68.00765),
        ("Valencia, es", 39.46975, -0.37739),
        ("9F4MGC9Q+R2", 52.5195625, 13.4375625),
        ("GC9Q+R2 Berlin", 52.5195625, 13.4375625),
    ],
)
def test_it_is_found(text: str, lat: float, lng: float) -> None:
    found = read_place(text)
    assert found is not None
    assert (round(found.place.lat, 5), round(found.place.lng, 5)) == (round(lat, 5), round(lng, 5))
    assert found.name


@pytest.mark.parametrize("text", ["", "Nowhere", "91, 0", "0, 181", "1 2 3", "GC9Q+R2", "Valencia, FR", "52.52"])
def test_it_is_not_found(text: str) -> None:
    assert read_place(text) is None


@given(st.text(max_size=400))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    read_place(text)


def test_the_package_of_cities_is_read() -> None:
    largest = max(decode(CITIES.read_bytes()), key=lambda city: city.people)
    assert (largest.name, largest.country) == ("Shanghai", "CN")
    assert abs(largest.place.lat - 31.22) < 0.1
    assert abs(largest.place.lng - 121.46) < 0.1
