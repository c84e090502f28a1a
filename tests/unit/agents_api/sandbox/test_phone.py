"""The simulated phone: signs so that everybody else's verification agrees, and walks as people do."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest

from agents_api.sandbox.phone import Phone, walk
from bounties.places import Place, distance_m
from verification.capture import signature

AT = datetime(2026, 3, 14, 12, tzinfo=UTC)


def test_what_it_signs_is_valid_and_only_under_its_own_key() -> None:
    phone, other = Phone(b"one"), Phone(b"other")
    said = b'{"v":1}'
    for key, result in ((phone.public_key, "valid"), (other.public_key, "invalid")):
        answer = signature.verify(public_key=key, signature=phone.sign(said), signed=said, session_key=key)
        assert answer == result


def test_after_a_restart_it_is_the_same_phone() -> None:
    assert Phone(b"one").public_key == Phone(b"one").public_key


@pytest.mark.parametrize("place", [Place(52.52, 13.405), Place(90.0, 0.0), Place(-90.0, 0.0), Place(0.0, 180.0)])
@pytest.mark.parametrize("radius", [10, 60, 50_000])
def test_it_ends_inside_the_circle_with_its_sharpest_fix(place: Place, radius: int) -> None:
    fixes = walk(to=place, accuracy_m=min(6.0, 0.4 * radius), at=AT, seed="walk")
    distances = [distance_m(Place(each.place.latitude, each.place.longitude), place) for each in fixes]
    assert distances[-1] + fixes[-1].accuracy_m <= radius
    assert min(fixes, key=lambda each: each.accuracy_m) is fixes[-1]
    assert distances[0] > distances[-1]
    assert all(one.at < other.at <= AT for one, other in pairwise(fixes))
    assert len({each.place for each in fixes}) == len(fixes)
