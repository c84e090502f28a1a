"""Cursors: opaque, of one account, and refused when they are not what was answered."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.events.cursors import InvalidCursor, decode, encode

ACCOUNT = UUID("01a1fc03-31c4-795f-a3e5-ed9a9f592a27")
OTHER = UUID("01a1fc03-31c4-795f-a3e5-ed9a9f592a28")


@given(st.integers(0, 2**63 - 1), st.uuids())
def test_a_cursor_reads_back_as_the_position_it_was_made_of(position: int, account_id: UUID) -> None:
    cursor = encode(account_id=account_id, position=position)
    assert decode(account_id=account_id, cursor=cursor) == position
    assert len(cursor) == 16
    assert cursor.isascii()


def test_a_cursor_of_another_account_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        decode(account_id=OTHER, cursor=encode(account_id=ACCOUNT, position=5))


@given(st.text())
def test_any_other_word_is_refused(word: str) -> None:
    with pytest.raises(InvalidCursor):
        decode(account_id=ACCOUNT, cursor=word)


@pytest.mark.parametrize("place", range(16))
def test_a_mistyped_letter_is_noticed(place: int) -> None:
    cursor = encode(account_id=ACCOUNT, position=123_456_789)
    wrong = "B" if cursor[place] == "A" else "A"
    with pytest.raises(InvalidCursor):
        decode(account_id=ACCOUNT, cursor=cursor[:place] + wrong + cursor[place + 1 :])


@pytest.mark.parametrize("word", ["", "0", "-1", "AAAA", "é" * 16, "A" * 17, "A" * 16, "////////////////", "7" * 400])
def test_what_only_looks_like_a_cursor_is_refused(word: str) -> None:
    with pytest.raises(InvalidCursor) as refusal:
        decode(account_id=ACCOUNT, cursor=word)
    assert refusal.value.param == "after"
