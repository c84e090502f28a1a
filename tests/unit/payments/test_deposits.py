"""What to deposit where money is missing: a sum that a deposit may have."""

import pytest

from market.payments.deposits import amount_towards


@pytest.mark.parametrize(
    ("mode", "missing", "amount"),
    [
        ("test", 2_750_001, 2_760_000),
        ("test", 99_000_000_000, 10_000_000_000),
        ("live", 2_750_000, 25_000_000),
        ("live", 25_000_001, 25_010_000),
        ("live", 99_000_000_000, 5_000_000_000),
    ],
)
def test_what_is_missing_is_asked_for_within_the_bounds_of_one_deposit(mode: str, missing: int, amount: int) -> None:
    assert amount_towards(missing, mode=mode) == amount
