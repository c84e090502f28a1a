from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from tests.unit.verification.photos.pictures import encoded, scene
from verification.geo import place
from verification.photos.exif import exif
from verification.photos.facts import ExifFacts

Tags = Mapping[int, Any]
SMALL = scene(size=(128, 96))


def file(*, base: Tags | None = None, details: Tags | None = None, gps: Tags | None = None) -> bytes:
    tags = Image.Exif()
    tags.update(base or {})
    tags.get_ifd(0x8769).update(details or {})
    tags.get_ifd(0x8825).update(gps or {})
    return encoded(SMALL, exif=tags)


LUND: Tags = {1: "N", 2: (55.0, 42.0, 13.68), 3: "E", 4: (13.0, 11.0, 36.24), 29: "2026:06:21", 7: (10.0, 0.0, 1.5)}


def test_place_and_times_are_read_where_they_stand() -> None:
    said = exif(
        file(
            base={0x010F: "Maker", 0x0110: "Model 1", 0x0131: "1.2.3"},
            details={0x9003: "2026:06:21 12:00:00", 0x9011: "+02:00"},
            gps={**LUND, 31: 4.5},
        )
    )
    assert said == ExifFacts(
        taken_at_local="2026-06-21 12:00:00",
        taken_at=datetime(2026, 6, 21, 10, 0, tzinfo=UTC),
        gps_at=datetime(2026, 6, 21, 10, 0, 1, 500_000, tzinfo=UTC),
        place=place(55.7038, 13.1934),
        place_accuracy_m=4.5,
        make="Maker",
        model="Model 1",
        software="1.2.3",
    )


def test_a_time_without_an_offset_is_no_moment() -> None:
    said = exif(file(details={0x9003: "2026:06:21 12:00:00"}))
    assert (said.taken_at_local, said.taken_at) == ("2026-06-21 12:00:00", None)


@pytest.mark.parametrize("text", ["0000:00:00 00:00:00", "    :  :     :  :  ", ""])
def test_a_camera_without_a_clock_says_nothing(text: str) -> None:
    assert exif(file(details={0x9003: text})) == ExifFacts()


@pytest.mark.parametrize("text", ["2026:13:01 00:00:00", "tomorrow", "1926:01:01 00:00:00", "2026:06:21"])
def test_a_time_that_makes_no_sense_is_named_so(text: str) -> None:
    assert exif(file(details={0x9003: text})) == ExifFacts(unreadable=("time",))


@pytest.mark.parametrize(
    "changes",
    [
        {2: (0.0, 0.0, 0.0), 4: (0.0, 0.0, 0.0)},
        {1: ""},
        {2: (91.0, 0.0, 0.0)},
        {4: (181.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_makes_no_sense_is_no_place(changes: Tags) -> None:
    said = exif(file(gps={**LUND, **changes}))
    assert (said.place, said.unreadable) == (None, ("gps_place",))


@pytest.mark.parametrize("changes", [{29: "2026:02:30"}, {7: (25.0, 0.0, 0.0)}, {29: "1926:01:01"}])
def test_a_gps_time_that_makes_no_sense_is_no_time(changes: Tags) -> None:
    said = exif(file(gps={**LUND, **changes}))
    assert (said.gps_at, said.unreadable) == (None, ("gps_time",))


def test_southern_and_western_places_are_negative() -> None:
    assert exif(file(gps={**LUND, 1: "S", 3: "W"})).place == place(-55.7038, -13.1934)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", encoded(SMALL), encoded(SMALL, "PNG"), encoded(SMALL, "WEBP")])
def test_a_file_without_exif_says_nothing(data: bytes) -> None:
    said = exif(data)
    assert (said.place, said.taken_at_local, said.make) == (None, None, None)


def test_damage_anywhere_is_a_fact_and_no_failure() -> None:
    whole = file(details={0x9003: "2026:06:21 12:00:00"}, gps=LUND)
    for at in range(20, 300, 3):
        said = exif(whole[:at] + b"\xff\xff" + whole[at + 2 :])
        assert isinstance(said, ExifFacts)
