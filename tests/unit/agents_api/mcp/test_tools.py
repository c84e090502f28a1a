"""The list of tools as a model is given it: ten, hinted, with schemas, and short."""

import jsonschema  # type: ignore[import-untyped]
import orjson
import pytest

from agents_api.mcp.doing import DOINGS
from agents_api.mcp.tools import TOOLS

NAMES = {
    "quote_bounty",
    "get_bounty",
    "wait_for_bounty",
    "list_bounties",
    "get_result",
    "get_account",
    "post_bounty",
    "set_webhook",
    "review_result",
    "cancel_bounty",
}
READING = {"quote_bounty", "get_bounty", "wait_for_bounty", "list_bounties", "get_result", "get_account"}
DESTRUCTIVE = {"review_result", "cancel_bounty"}


def listed(*, without: str = "") -> bytes:
    tools = [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in TOOLS]
    return orjson.dumps({"tools": [{name: each[name] for name in each if name != without} for each in tools]})


def test_there_are_ten_and_each_is_done() -> None:
    assert len(TOOLS) == 10
    assert {tool.name for tool in TOOLS} == NAMES == set(DOINGS)


def test_each_has_all_four_hints_and_they_are_true() -> None:
    for tool in TOOLS:
        hints = tool.annotations
        assert hints is not None
        assert hints.read_only_hint == (tool.name in READING)
        assert hints.destructive_hint == (tool.name in DESTRUCTIVE)
        assert hints.idempotent_hint is True
        assert hints.open_world_hint == (tool.name in {"post_bounty", "set_webhook"})


def test_every_schema_is_a_schema_of_an_object() -> None:
    for tool in TOOLS:
        assert tool.output_schema is not None
        for schema in (tool.input_schema, tool.output_schema):
            jsonschema.Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert set(tool.input_schema.get("required", ())) <= set(tool.input_schema["properties"])


def test_the_list_costs_a_model_little() -> None:
    bpe = pytest.importorskip("rs_bpe", reason="the tokenizer has no wheel for this Python")
    o200k = bpe.openai.o200k_base()
    assert o200k.encode("hello world") == [24912, 2375]  # the vocabulary that is meant
    assert o200k.count(listed(without="outputSchema").decode()) <= 1_500
    assert o200k.count(listed().decode()) <= 2_500
