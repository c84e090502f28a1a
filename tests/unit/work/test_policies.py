"""How long to leave work alone after it has failed."""

from datetime import timedelta

import pytest

from market.work.policies import LONGEST_PAUSE, pause_after
from market.work.registry import ATTEMPTS


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600), (10_000, 3600)])
def test_each_failure_doubles_the_pause_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert pause_after(attempts) == timedelta(seconds=seconds)


def test_work_is_tried_for_more_than_an_hour_before_it_is_given_up() -> None:
    total = sum((pause_after(attempts) for attempts in range(1, ATTEMPTS)), timedelta())
    assert LONGEST_PAUSE < total < 2 * LONGEST_PAUSE
