"""Hostile bodies are refused before anything is built from them."""

import io
import json

import pytest

from agents_api.wire import DEEPEST, LARGEST_BODY, JsonParser
from bounties.reading import GivenTwice
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
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b'{"a":' + b"[" * 400 + b"]" * 400 + b"}",
    ],
)
def test_what_is_not_one_json_object_is_refused(body: bytes) -> None:
    with pytest.raises(MalformedJson):
        JsonParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    "body",
    [
        b'{"reward": "2.50", "reward": "250.00"}',
        b'{"reward" : 1, "a": [{"b": 1, "b": 1}]}',
        b'{"reward": 1, "rew\\u0061rd": 1}',
        b'{"a": ":", "b": {"c": 1}, "b": {"d": 1}}',
    ],
)
def test_a_field_that_stands_twice_is_refused(body: bytes) -> None:
    with pytest.raises(GivenTwice):
        JsonParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    "body", [b'{"a" : {"a": 1}}', b'{"a": ":)", "b": "\\":", "c\\"": "c\\":"}', b'{\n"a"\n:[{"a":1},{"a":1}]}']
)
def test_what_only_looks_like_a_field_twice_is_read(body: bytes) -> None:
    assert JsonParser().parse(io.BytesIO(body)) == json.loads(body)


def test_a_body_is_never_read_beyond_its_limit() -> None:
    stream = io.BytesIO(b" " * (LARGEST_BODY * 3))
    with pytest.raises(BodyTooLarge):
        JsonParser().parse(stream)
    assert stream.tell() == LARGEST_BODY + 1


def test_no_body_is_an_empty_object() -> None:
    assert JsonParser().parse(io.BytesIO(b" \n")) == {}


def test_as_deep_as_is_allowed_is_read() -> None:
    body = b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST
    assert JsonParser().parse(io.BytesIO(body))["a"]
    assert len(JsonParser().parse(io.BytesIO(b'{"a": [' + b"[1]," * 200 + b"{}]}"))["a"]) == 201


def test_an_object_is_read() -> None:
    assert JsonParser().parse(io.BytesIO('{"title": "Is it open? ☕"}'.encode())) == {"title": "Is it open? ☕"}
