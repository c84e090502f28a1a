import pytest
from hypothesis import given
from hypothesis import strategies as st

from bounties.nearby.page import Cursor, InvalidCursor, PageTooLong, SearchTooWide, Wishes, check_limit


@given(st.integers(0, 100_000_000), st.uuids())
def test_a_cursor_reads_back_as_it_was_written(distance_mm: int, bounty_id: object) -> None:
    cursor = Cursor(distance_mm, bounty_id)  # type: ignore[arg-type]
    assert Cursor.read(cursor.text()) == cursor


ZEROS = "near_" + "0" * 26


@pytest.mark.parametrize(
    "text",
    ["", ".", "5", "x.y", "1.near_", "1.near_" + "z" * 26, "\x00"]
    + [f"{distance}.{ZEROS}" for distance in ("", "-1", "+1", "1e3", "1.5", "٣", "9" * 13)],
)
def test_anything_else_is_refused_as_a_cursor(text: str) -> None:
    with pytest.raises(InvalidCursor) as refusal:
        Cursor.read(text)
    assert refusal.value.param == "cursor"


@pytest.mark.parametrize("within_m", [0, -1, 100_001])
def test_a_search_has_bounds(within_m: int) -> None:
    with pytest.raises(SearchTooWide):
        Wishes(within_m=within_m)


@pytest.mark.parametrize("limit", [0, -5, 101])
def test_a_page_has_bounds(limit: int) -> None:
    with pytest.raises(PageTooLong):
        check_limit(limit)
