"""Every answer below /v1, in whichever test, is held against the OpenAPI document: a middleware that only tests have.

What the document does not say - an operation, a status, a code, a field, a header - fails the test that met it.
"""

import json
import re
from collections.abc import Awaitable, Callable
from functools import cache
from typing import Any, cast

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from jsonschema import Draft202012Validator, FormatChecker  # type: ignore[import-untyped]

from agents_api import openapi
from market.problems import CONTENT_TYPE, status_of

# Told whatever is asked for, so that no operation says it.
EVERYWHERE = {"method_not_allowed"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", re.ASCII)
_formats = FormatChecker()


@_formats.checks("date-time")
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or _MOMENT.fullmatch(value) is not None


@sync_and_async_middleware
def held_against_the_document(get_response: Any) -> Any:
    if iscoroutinefunction(get_response):
        answer_async = cast(Callable[[HttpRequest], Awaitable[HttpResponseBase]], get_response)

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            response = await answer_async(request)
            check(request, response)
            return response

        return handle_async

    def handle(request: HttpRequest) -> HttpResponseBase:
        response: HttpResponseBase = get_response(request)
        check(request, response)
        return response

    return handle


def check(request: HttpRequest, response: HttpResponseBase) -> None:
    route = f"/{request.resolver_match.route}" if request.resolver_match else ""
    if not route.startswith("/v1/") or request.method == "HEAD" or not isinstance(response, HttpResponse):
        return
    placed = _by_address().get((openapi.as_path(route), str(request.method)))
    content_type = response.headers.get("Content-Type", "").partition(";")[0]
    if content_type == CONTENT_TYPE:
        _check_problem(placed, response)
    elif response.status_code != 304:
        assert placed, f"{request.method} {route} is not described"
        _check_success(placed, response, content_type)


def _check_problem(placed: openapi.Placed | None, response: HttpResponse) -> None:
    problem = json.loads(response.content)
    errors = [error.message for error in validator("#/components/schemas/Problem").iter_errors(problem)]
    assert not errors, errors
    if placed is None or problem["code"] in EVERYWHERE:
        return
    told = {refusal.code: status_of(refusal) for refusal in openapi.refusals(placed)}
    assert problem["code"] in told, f"{placed.operation.name} does not say that it refuses with {problem['code']}"
    assert (problem["status"], response.status_code) == (told[problem["code"]],) * 2


def _check_success(placed: openapi.Placed, response: HttpResponse, content_type: str) -> None:
    name, answer = placed.operation.name, placed.operation.answers.get(response.status_code)
    assert answer, f"{name} does not say that it answers {response.status_code}"
    assert "ETag" not in response.headers or answer.etag, f"{name} does not say that it answers an ETag"
    assert "ETag" in response.headers or not answer.etag or placed.method != "GET", f"{name} and its ETag"
    assert "Link" not in response.headers or "cursor" in placed.operation.query, f"{name} does not say that it links"
    may_repeat = placed.operation.once or placed.operation.may_be_once
    assert "Idempotent-Replayed" not in response.headers or may_repeat, f"{name} repeats an answer"
    if answer.shape is None:
        assert not response.content, f"{name} does not say that it answers a body"
        return
    assert content_type in (answer.media_type, *answer.or_of())
    if answer.media_type != "application/json":
        return
    said = document()["paths"][placed.path][placed.method.lower()]["responses"][str(response.status_code)]
    schema = said["content"][content_type]["schema"]
    found = validator(schema["$ref"]) if "$ref" in schema else _validator_of(schema)
    errors = [f"{error.json_path}: {error.message}" for error in found.iter_errors(json.loads(response.content))]
    assert not errors, f"{name}: {errors}"


@cache
def _by_address() -> dict[tuple[str, str], openapi.Placed]:
    return {(each.path, each.method): each for each in openapi.every_operation()}


@cache
def document() -> dict[str, Any]:
    """As it is published, but closed: a field that is answered and not described is found."""
    closed: dict[str, Any] = _closed(json.loads(json.dumps(openapi.document())))
    return closed


@cache
def validator(reference: str) -> Draft202012Validator:
    return _validator_of({"$ref": reference})


def _validator_of(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": document()["components"]}, format_checker=_formats)


def _closed(node: Any) -> Any:
    if isinstance(node, list):
        return [_closed(each) for each in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(each) for name, each in node.items()}
    if node.get("type") in ("object", ["object", "null"]) and isinstance(node.get("properties"), dict):
        closed.setdefault("additionalProperties", False)
    return closed
