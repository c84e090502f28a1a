"""Amounts, distances, lengths of time and moments, as people read them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from bounties.places import Place
from web.telling import Units, distance, length, moment, money, units_of
from web.zones import zone_at

M, I = Units.METRIC, Units.IMPERIAL  # noqa: E741


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("micros", "english", "spanish"),
    [
        (2_500_000, "$2.50", "2,50 US$"),
        (0, "$0.00", "0,00 US$"),
        (750_001, "$0.750001", "0,750001 US$"),
        (1_234_560_000, "$1,234.56", "1.234,56 US$"),
        (-50_000, "\u2212$0.05", "\u22120,05 US$"),
    ],
)
def test_money(micros: int, english: str, spanish: str) -> None:
    assert money(micros) == english
    with translation.override("es"):
        assert money(micros).replace("\u00a0", ".") == spanish


@pytest.mark.parametrize(
    ("metres", "units", "written"),
    [
        (7.4, M, "7 m"),
        (131, M, "130 m"),
        (994, M, "990 m"),
        (996, M, "1 km"),
        (1449, M, "1.4 km"),
        (12_345, M, "12 km"),
        (3, I, "10 ft"),
        (60, I, "200 ft"),
        (1609, I, "1 mi"),
        (2900, I, "1.8 mi"),
        (48_280, I, "30 mi"),
    ],
)
def test_distance(metres: float, units: Units, written: str) -> None:
    assert distance(metres, units) == written


@pytest.mark.parametrize(
    ("time", "written"),
    [
        (timedelta(seconds=-5), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=45), "45 min"),
        (timedelta(hours=2, minutes=10), "2 h 10 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=3, hours=4, minutes=59), "3 d 4 h"),
        (timedelta(days=9, hours=4), "9 d"),
    ],
)
def test_length(time: timedelta, written: str) -> None:
    assert length(time).replace("\u00a0", " ") == written


def test_a_moment_is_told_on_the_clocks_of_its_place() -> None:
    at = datetime(2026, 11, 21, 17, 5, tzinfo=UTC)
    assert moment(at, ZoneInfo("Europe/Berlin")) == "Sat 21 Nov, 18:05 CET"
    assert moment(at, ZoneInfo("Europe/Berlin"), now=at) == "18:05 CET"
    assert moment(at, ZoneInfo("America/Sao_Paulo"), now=at - timedelta(days=1)) == "Sat 21 Nov, 14:05 UTC-03"


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        (Place(52.52, 13.405), "Europe/Berlin"),
        (Place(40.4168, -3.7038), "Europe/Madrid"),
        (Place(28.1, -15.4), "Atlantic/Canary"),
        (Place(-33.87, 151.21), "Australia/Sydney"),
    ],
)
def test_a_place_has_its_own_zone(place: Place, zone: str) -> None:
    assert zone_at(place) == ZoneInfo(zone)


def test_the_middle_of_an_ocean_and_the_poles_have_some_zone_too() -> None:
    for place in (Place(0, -30), Place(90, 0), Place(-90, 180)):
        assert zone_at(place).utcoffset(datetime(2026, 1, 1)) is not None  # noqa: DTZ001


@pytest.mark.parametrize(
    ("said", "units"),
    [("en-US,en;q=0.9", I), ("en-GB", I), ("en-AU,en-US", M), ("es", M), ("es-US", I), ("", M), ("de-DE", M)],
)
def test_units_follow_the_readers_region(said: str, units: Units) -> None:
    assert units_of(said) is units
