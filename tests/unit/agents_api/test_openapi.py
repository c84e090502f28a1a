"""The document says everything, and what it shows as examples is what it describes."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import catalogue, openapi
from agents_api.describing import Tag
from agents_api.door import Endpoint
from agents_api.openapi import Placed
from agents_api.openapi_prose import TAGS
from agents_api.urls import urlpatterns
from agents_api.views.nowhere import Nowhere
from tests import answers

OPERATIONS = openapi.every_operation()
names = pytest.mark.parametrize("placed", OPERATIONS, ids=[each.operation.name for each in OPERATIONS])


def described(placed: Placed) -> dict[str, Any]:
    said: dict[str, Any] = openapi.document()["paths"][placed.path][placed.method.lower()]
    return said


def errors(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {**schema, "components": openapi.document()["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(value)]


def test_a_method_that_says_nothing_of_itself_is_no_endpoint() -> None:
    with pytest.raises(TypeError, match=r"get has no @Operation"):

        class Silent(Endpoint):
            def get(self, request: Request) -> Response:
                return Response({})


@pytest.mark.parametrize(("title", "fits"), [("Open?", True), (" ", False), ("", False), ("x" * 121, False)])
def test_a_text_that_says_nothing_is_none_to_the_document_either(title: str, fits: bool) -> None:
    [post] = (each for each in OPERATIONS if each.operation.name == "quote")
    sample = described(post)["requestBody"]["content"]["application/json"]["schema"]
    wish = {**post.operation.body.example(), "title": title}
    assert (errors(sample, wish) == []) is fits


def test_every_address_is_one_of_the_document() -> None:
    views: list[Any] = [pattern.callback.view_class for pattern in urlpatterns]  # type: ignore[attr-defined]
    assert [view for view in views if not issubclass(view, Endpoint)] == []
    assert [view for view in views if not view.operations and view is not Nowhere] == []


def test_operations_have_names_of_their_own() -> None:
    names = [each.operation.name for each in OPERATIONS]
    assert sorted(set(names)) == sorted(names)


@names
def test_examples_are_what_is_described(placed: Placed) -> None:
    said = described(placed)
    contents = [said["requestBody"]] if "requestBody" in said else []
    contents += [each for each in said["responses"].values() if "content" in each]
    checked = 0
    for content in contents:
        for media in content["content"].values():
            assert media["examples"]
            for example in media["examples"].values():
                assert errors(media["schema"], example["value"]) == []
                checked += 1
    assert checked >= 1


@names
def test_links_lead_to_operations_and_their_parameters(placed: Placed) -> None:
    parameters = {each.operation.name: {*each.variables, *each.operation.query} for each in OPERATIONS}
    for answer in placed.operation.answers.values():
        for link in answer.links.values():
            assert set(link.parameters) <= parameters[link.operation]


def test_every_refusal_has_an_example_that_is_a_problem() -> None:
    examples = openapi.document()["components"]["examples"]
    used = {refusal.code for each in OPERATIONS for refusal in openapi.refusals(each)}
    assert set(examples) == used
    problem = {"$ref": "#/components/schemas/Problem"}
    assert {
        code: errors(problem, each["value"]) for code, each in examples.items() if errors(problem, each["value"])
    } == {}
    assert used <= {each.code for each in catalogue.every_refusal()}


def test_every_reference_leads_somewhere() -> None:
    document = openapi.document()

    def references(node: Any) -> set[str]:
        if isinstance(node, list):
            return set().union(*map(references, node))
        if not isinstance(node, dict):
            return set()
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))

    found = references(document)
    for reference in found:
        here: Any = document
        for step in reference.removeprefix("#/").split("/"):
            here = here[step]
    assert len(found) > 20


def test_every_chapter_is_introduced() -> None:
    assert set(TAGS) == set(Tag)


def test_what_strangers_wrote_is_marked() -> None:
    answer = openapi.document()["components"]["schemas"]["Answer"]["properties"]
    assert answer["scout_value"]["x-untrusted"] is True


def test_the_document_is_json_and_closed_for_the_tests() -> None:
    assert json.loads(json.dumps(openapi.document())) == openapi.document()
    assert answers.document()["components"]["schemas"]["Bounty"]["additionalProperties"] is False
