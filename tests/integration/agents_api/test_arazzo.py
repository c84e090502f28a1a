"""The loop as a workflow: whatever it names is there. That it runs is for Redocly to say, against a whole house."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client

from agents_api import arazzo, openapi
from market.config import config

_NAMED = re.compile(r"\$(?:inputs\.(?P<input>\w+)|steps\.(?P<step>\w+)\.outputs\.(?P<output>\w+))")
OPERATIONS = {placed.operation.name: placed for placed in openapi.every_operation()}


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from texts(each)
    elif isinstance(value, str):
        yield value


def parameters(step: dict[str, Any]) -> list[dict[str, Any]]:
    """With those that are written once and named."""
    shared = arazzo.document()["components"]["parameters"]
    return [
        shared[each["reference"].rpartition(".")[2]] if "reference" in each else each for each in step["parameters"]
    ]


def test_it_is_served_and_names_a_description_that_is_served(client: Client) -> None:
    response = client.get("/arazzo.yaml")
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/yaml")
    served = yaml.safe_load(response.content)
    assert served == arazzo.document()
    [source] = served["sourceDescriptions"]
    assert client.get(source["url"].removeprefix(config.public_url)).json() == openapi.document()


@pytest.mark.django_db
def test_agents_are_told_where_it_is(client: Client) -> None:
    assert f"{config.public_url}/arazzo.yaml" in client.get("/llms.txt").content.decode()


def test_every_step_sends_what_its_operation_knows_and_all_that_it_needs() -> None:
    [workflow] = arazzo.document()["workflows"]
    for step in workflow["steps"]:
        placed = OPERATIONS[step["operationId"]]
        given = {(each["in"], each["name"]) for each in parameters({"parameters": [], **step})}
        needed = {("path", name) for name in placed.variables}
        if placed.operation.scope:
            needed.add(("header", "Authorization"))
        if placed.operation.once:
            needed.add(("header", "Idempotency-Key"))
        assert needed <= given, step["stepId"]
        assert given - needed <= {("query", name) for name in placed.operation.query}, step["stepId"]
        assert ("requestBody" in step) == (placed.method == "POST"), step["stepId"]


def test_every_step_uses_only_what_is_asked_for_or_was_learnt_before() -> None:
    [workflow] = arazzo.document()["workflows"]
    asked, learnt, used = set(workflow["inputs"]["required"]), set(), set()
    for step in workflow["steps"]:
        sent = {**step, "parameters": parameters({"parameters": [], **step})}
        for found in (match for text in texts(sent) for match in _NAMED.finditer(text)):
            used.add(found["input"])
            assert found["input"] in asked or (found["step"], found["output"]) in learnt, found[0]
        learnt |= {(step["stepId"], name) for name in step.get("outputs", {})}
    assert used - {None} == asked
    for text in workflow["outputs"].values():
        told = _NAMED.fullmatch(text)
        assert told is not None, text
        assert (told["step"], told["output"]) in learnt, text
