"""Money: what is read, what is refused, and that no micro is ever lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import money

amounts = st.integers(min_value=0, max_value=money.LARGEST_MICROS)


@pytest.mark.parametrize(
    ("text", "micros"),
    [
        ("2.50", 2_500_000),
        ("0.05", 50_000),
        ("10000.00", 10_000_000_000),
        ("0", 0),
        ("0.000001", 1),
        ("-1.25", -1_250_000),
        ("007", 7_000_000),
    ],
)
def test_amounts_are_read_exactly(text: str, micros: int) -> None:
    assert money.parse(text) == micros


@pytest.mark.parametrize(
    "text",
    [
        "",
        " 1",
        "1 ",
        "1,00",
        "1.",
        ".5",
        "+1",
        "1e3",
        "NaN",
        "Infinity",
        "0x10",
        "1.0000000",
        "-0",
        "-0.00",
        "١٢",
        "１",
        "1\n",
        "9" * 11,
        "9999999999",
        2.5,
        2,
        None,
        True,
        b"1",
        ["1"],
    ],
)
def test_what_is_not_an_amount_is_refused(text: object) -> None:
    with pytest.raises(money.InvalidAmount) as refusal:
        money.parse(text, param="/reward")
    assert refusal.value.param == "/reward"
    assert refusal.value.fix


@given(amounts)
def test_what_is_printed_is_read_back(micros: int) -> None:
    assert money.parse(money.format_micros(micros)) == micros


@pytest.mark.parametrize(
    ("micros", "text"),
    [(2_500_000, "2.50"), (1, "0.000001"), (100_000, "0.10"), (-50_000, "-0.05"), (0, "0.00"), (1_234_500, "1.2345")],
)
def test_amounts_are_printed_with_two_decimals_or_as_many_as_they_need(micros: int, text: str) -> None:
    assert money.format_micros(micros) == text


@given(amounts, st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_a_split_adds_up_and_gives_nothing_to_no_weight(micros: int, weights: list[int]) -> None:
    shares = money.split(micros, weights=weights)
    assert sum(shares) == micros
    assert all(share == 0 for share, weight in zip(shares, weights, strict=True) if weight == 0)


@given(amounts, st.lists(st.integers(1, 10**6), min_size=1, max_size=20))
def test_a_split_is_less_than_a_micro_from_fair(micros: int, weights: list[int]) -> None:
    total = sum(weights)
    for share, weight in zip(money.split(micros, weights=weights), weights, strict=True):
        assert abs(share * total - micros * weight) <= total


@given(amounts, st.integers(0, 10_000))
def test_the_two_ways_of_rounding_a_share_are_at_most_a_micro_apart(micros: int, basis_points: int) -> None:
    up = money.share_up(micros, basis_points=basis_points)
    down = money.share_down(micros, basis_points=basis_points)
    assert down * 10_000 <= micros * basis_points <= up * 10_000
    assert up - down in (0, 1)


def test_dust_is_not_told_to_a_service_that_counts_cents() -> None:
    assert money.to_cents(2_500_000) == 250
    with pytest.raises(money.NotWholeCents):
        money.to_cents(2_500_001)
    assert money.whole_cents_down(2_509_999) == 2_500_000


@pytest.mark.parametrize("share", [money.share_up, money.share_down])
def test_a_share_of_a_debt_is_a_programming_error(share: object) -> None:
    with pytest.raises(ValueError, match="not negative"):
        share(-1, basis_points=1000)  # type: ignore[operator]


@pytest.mark.parametrize(("micros", "cents"), [(0, 0), (1, 10_000), (10_000, 10_000), (10_001, 20_000)])
def test_what_comes_in_is_enough_and_whole_cents(micros: int, cents: int) -> None:
    assert money.whole_cents_up(micros) == cents
