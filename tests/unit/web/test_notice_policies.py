"""When something may be told."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from web.notices.policies import KIND_OF, Channel, Kind, tell_at, wants
from web.notices.words import _PATTERNS

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = (time(22), time(7))


def _at(hour: int, minute: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "hours", "told"),
    [
        (_at(12), NIGHT, _at(12)),
        (_at(22), NIGHT, _at(7, day=21)),
        (_at(23, 59), NIGHT, _at(7, day=21)),
        (_at(0, 1), NIGHT, _at(7)),
        (_at(6, 59), NIGHT, _at(7)),
        (_at(7), NIGHT, _at(7)),
        (_at(13), (time(12), time(14)), _at(14)),
        (_at(14), (time(12), time(14)), _at(14)),
        (_at(3), (time(5), time(5)), _at(3)),
        (_at(3), (None, None), _at(3)),
    ],
)
def test_quiet_hours_put_it_off_until_they_end(
    at: datetime, hours: tuple[time | None, time | None], told: datetime
) -> None:
    assert tell_at(at, zone=BERLIN, quiet_from=hours[0], quiet_until=hours[1]) == told


def test_the_night_in_which_the_clocks_change_ends_by_the_clock_on_the_wall() -> None:
    before = datetime(2026, 10, 24, 23, tzinfo=BERLIN).astimezone(UTC)
    assert tell_at(before, zone=BERLIN, quiet_from=time(22), quiet_until=time(7)) == datetime(
        2026, 10, 25, 6, tzinfo=UTC
    )


def test_what_is_off_is_one_kind_by_one_way() -> None:
    off = ["money.email"]
    assert not wants(off, Kind.MONEY, Channel.EMAIL)
    assert wants(off, Kind.MONEY, Channel.PUSH)
    assert wants(off, Kind.VERDICTS, Channel.EMAIL)


def test_there_are_words_for_everything_that_is_told() -> None:
    assert set(_PATTERNS) == set(KIND_OF)
