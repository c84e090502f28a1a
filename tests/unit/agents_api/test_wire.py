"""Hostile bodies are refused before anything is built from them."""

import io

import pytest

from agents_api.wire import LARGEST_BODY, JsonParser
from market.problems import BodyTooLarge, MalformedJson


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"1",
        b"null",
        b"NaN",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b"\xff\xfe{}",
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": 1,}',
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b"{}{}",
    ],
)
def test_what_is_not_one_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        JsonParser().parse(io.BytesIO(body))


def test_a_body_is_never_read_beyond_its_limit() -> None:
    stream = io.BytesIO(b" " * (LARGEST_BODY * 3))
    with pytest.raises(BodyTooLarge):
        JsonParser().parse(stream)
    assert stream.tell() == LARGEST_BODY + 1


def test_no_body_is_an_empty_object() -> None:
    assert JsonParser().parse(io.BytesIO(b" \n")) == {}


def test_an_object_is_read() -> None:
    assert JsonParser().parse(io.BytesIO('{"title": "Is it open? ☕"}'.encode())) == {"title": "Is it open? ☕"}
