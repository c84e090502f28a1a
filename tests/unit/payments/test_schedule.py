"""When a scout is paid without asking."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest

from market.payments import schedule
from market.payments.schedule import Schedule, is_due

AT = datetime(2026, 3, 1, tzinfo=UTC)
YESTERDAY = AT - timedelta(days=1)


def test_every_example_in_the_docstrings_is_true() -> None:
    outcome = doctest.testmod(schedule)
    assert outcome.attempted > 0
    assert outcome.failed == 0


@pytest.mark.parametrize(
    ("chosen", "available", "last_at", "due"),
    [
        (Schedule.ASKED, 10**12, None, False),
        (Schedule.MONTHLY, 5_000_000, YESTERDAY, True),
        (Schedule.MONTHLY, 5_000_000, None, True),
        (Schedule.MONTHLY, 4_999_999, YESTERDAY, False),
        (Schedule.MONTHLY, 5_000_000, AT, False),
        (Schedule.BY_AMOUNT, 25_000_000, AT, True),
        (Schedule.BY_AMOUNT, 24_999_999, None, False),
    ],
)
def test_a_payout_is_due_when_its_schedule_says(
    chosen: Schedule, available: int, last_at: datetime | None, *, due: bool
) -> None:
    assert is_due(chosen, available_micros=available, last_at=last_at, at=AT) is due


def test_a_month_begins_by_the_calendar_of_utc() -> None:
    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    for last_at, due in ((new_year - timedelta(seconds=1), True), (new_year, False)):
        assert is_due(Schedule.MONTHLY, available_micros=10**8, last_at=last_at, at=new_year) is due
