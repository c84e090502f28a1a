"""How much of a new agent's money may be used, and from when on all of it."""

import doctest
from datetime import UTC, datetime, timedelta

import pytest

from market.errors import Kind
from market.payments import seasoning as module
from market.payments.seasoning import Seasoning, refusal, seasoning

PAID_AT = datetime(2026, 3, 14, 12, tzinfo=UTC)
DAYS = timedelta(days=3)
A_MOMENT = timedelta(microseconds=1)
DOLLAR = 1_000_000


def test_every_example_in_the_docstrings_is_true() -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def free(paid: int, available: int, *, after: timedelta = timedelta(), lasts: timedelta = DAYS) -> int | None:
    """In dollars; None: all of it."""
    found = seasoning(
        first_paid_at=PAID_AT,
        paid_in_micros=paid * DOLLAR,
        available_micros=available * DOLLAR,
        at=PAID_AT + after,
        lasts=lasts,
        allowance_micros=100 * DOLLAR,
    )
    assert found is None or found.until == PAID_AT + lasts
    return found.free_micros // DOLLAR if found else None


@pytest.mark.parametrize(
    ("paid", "available", "may_use"),
    [
        (100, 100, None),  # no more than the allowance: nothing is kept back
        (101, 101, 100),
        (300, 300, 100),
        (300, 245, 45),
        (300, 200, 0),
        (300, 145, -55),
        (300, 1_300, 1_100),  # what it has from elsewhere is its own to spend
        (80, 1_080, None),
    ],
)
def test_what_was_paid_in_stays_but_for_the_allowance(paid: int, available: int, may_use: int | None) -> None:
    assert free(paid, available) == may_use


@pytest.mark.parametrize(
    ("after", "may_use"), [(timedelta(), 100), (DAYS - A_MOMENT, 100), (DAYS, None), (DAYS + A_MOMENT, None)]
)
def test_all_of_it_may_be_used_from_the_very_moment_it_has_seasoned(after: timedelta, may_use: int | None) -> None:
    assert free(300, 300, after=after) == may_use


def test_a_house_in_which_nothing_seasons_keeps_nothing_back() -> None:
    assert free(300, 300, lasts=timedelta()) is None


def test_who_never_paid_by_card_has_nothing_that_seasons() -> None:
    nothing = seasoning(
        first_paid_at=None, paid_in_micros=0, available_micros=DOLLAR, at=PAID_AT, lasts=DAYS, allowance_micros=0
    )
    assert nothing is None


def test_a_refusal_says_how_much_and_when_and_never_too_early() -> None:
    until = PAID_AT + A_MOMENT
    refused = refusal(asked_micros=55 * DOLLAR, free_micros=-1, until=until)
    assert (refused.code, refused.kind, refused.retry_at) == ("top_up_seasoning", Kind.MONEY, until)
    assert refused.facts == {"free_micros": 0, "asked_micros": 55 * DOLLAR}
    assert "55.00" in refused.message
    assert refused.message.endswith("from 2026-03-14 12:01 UTC on.")
    assert Seasoning(0, until).until == refused.retry_at
