"""Prices, dispute windows and limits: the edges of each."""

from datetime import UTC, datetime, timedelta

import pytest

from market.errors import DomainError
from market.ledger.policies import (
    DEFAULT_DISPUTE_WINDOWS,
    BlockedRewardTooHigh,
    DisputeWindows,
    SlotPrice,
    default_blocked_reward,
)
from market.money import LARGEST_MICROS

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("reward_micros", "length"),
    [
        (1, DAY),
        (4_999_999, DAY),
        (5_000_000, 3 * DAY),
        (99_999_999, 3 * DAY),
        (100_000_000, 7 * DAY),
        (10_000_000_000, 7 * DAY),
    ],
)
def test_a_larger_reward_may_be_contested_for_longer(reward_micros: int, length: timedelta) -> None:
    awarded_at = datetime(2026, 3, 14, tzinfo=UTC)
    assert DEFAULT_DISPUTE_WINDOWS.ends_at(reward_micros, awarded_at=awarded_at) == awarded_at + length


def test_one_length_for_all_is_a_setting_too() -> None:
    assert DisputeWindows.parse(["0h"]).length_for(10**9) == timedelta()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["24"],
        ["h"],
        ["-1h"],
        ["5.00:24h", "5.00:48h", "72h"],
        ["100.00:24h", "5.00:48h", "72h"],
        ["5.00:24h", "1.00:x"],
        ["five:24h", "72h"],
    ],
)
def test_windows_that_make_no_sense_are_refused(words: list[str]) -> None:
    with pytest.raises((ValueError, DomainError)):
        DisputeWindows.parse(words)


def test_a_blocked_reward_is_not_above_the_reward() -> None:
    with pytest.raises(BlockedRewardTooHigh):
        SlotPrice(reward_micros=1, blocked_reward_micros=2)


@pytest.mark.parametrize("reward_micros", [0, -1, LARGEST_MICROS + 1])
def test_a_reward_is_above_nothing_and_not_too_large(reward_micros: int) -> None:
    with pytest.raises(DomainError):
        SlotPrice(reward_micros=reward_micros, blocked_reward_micros=0)
    with pytest.raises(DomainError):
        default_blocked_reward(reward_micros)


@pytest.mark.parametrize("basis_points", [-1, 10_001])
def test_a_fee_is_between_nothing_and_the_reward(basis_points: int) -> None:
    with pytest.raises(ValueError, match="a fee"):
        SlotPrice(reward_micros=1, blocked_reward_micros=0, fee_basis_points=basis_points)
