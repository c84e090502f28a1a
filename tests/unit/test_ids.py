"""Ids: ordered by time, told apart by prefix, and never guessed from something that is none."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market import ids


@given(st.uuids())
def test_an_id_comes_back_from_its_outside_form(value: UUID) -> None:
    assert ids.decode("bnt", ids.encode("bnt", value)) == value


@given(st.uuids(), st.uuids())
def test_the_outside_form_sorts_as_the_id_does(one: UUID, other: UUID) -> None:
    assert (one < other) == (ids.encode("evt", one) < ids.encode("evt", other))


def test_a_new_id_is_a_version_7_uuid_and_later_ones_are_greater() -> None:
    first = ids.new_id()
    assert (first.version, first.variant) == (7, "specified in RFC 4122")
    while (second := ids.new_id()).int >> 80 == first.int >> 80:
        continue
    assert second > first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bnt",
        "bnt_",
        "bnt_0",
        "sub_00000000000000000000000000",
        "bnt_0000000000000000000000000u",
        "bnt_0000000000000000000000000A",
        "bnt_80000000000000000000000000",
        "bnt_000000000000000000000000000",
        "BNT_00000000000000000000000000",
        "bnt_0000000000000000000000000\x00",
    ],
)
def test_what_cannot_be_an_id_is_none(text: str) -> None:
    assert ids.decode("bnt", text) is None
