"""The OpenAPI 3.1 document of the API: put together from what each operation says of itself, and nothing else."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from itertools import count
from typing import Any

import orjson
from django.urls import URLPattern

from agents_api import catalogue, idempotency, limits, versions
from agents_api.describing import IDS, NOTHING, Operation, Said
from agents_api.openapi_prose import ABOUT, TAGS
from agents_api.showing.problems import PROBLEM
from bounties.reading import GivenTwice, UnknownField
from bounties.shapes import Parts, Schema
from market import problems
from market.accounts import authentication, policies
from market.accounts.models import ApiKey
from market.config import config
from market.errors import DomainError
from market.transitions import VersionMismatch

Refusals = set[type[DomainError]]
_VARIABLE = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Placed:
    """An operation at its address."""

    path: str
    method: str
    operation: Operation
    variables: tuple[str, ...]
    view: Any  # the Endpoint


@cache
def every_operation() -> tuple[Placed, ...]:
    from agents_api.urls import urlpatterns  # noqa: PLC0415 - they lead to the view that serves this document

    return tuple(each for pattern in urlpatterns for each in _placed(pattern))


def as_path(route: str) -> str:
    """A Django route as OpenAPI writes it."""
    return _VARIABLE.sub(r"{\1}", route)


def _placed(pattern: URLPattern) -> Iterator[Placed]:
    route = str(pattern.pattern)
    path, variables = as_path(f"/v1/{route}"), tuple(_VARIABLE.findall(route))
    view: Any = pattern.callback.view_class  # type: ignore[attr-defined]
    for method, operation in view.operations.items():
        yield Placed(path, method, operation, variables, view)


def refusals(placed: Placed) -> Refusals:
    """Everything this operation may be refused with: what all have in common, what it declares, what it says itself."""
    from agents_api import door  # noqa: PLC0415 - the door reads descriptions, and this reads the door

    operation = placed.operation
    found: Refusals = {door.InternalError, door.Unavailable, problems.QueryTooLong}
    found |= {UnknownField, GivenTwice, *operation.refusals}
    for shape in (*(IDS[name] for name in placed.variables), *operation.query.values()):
        found |= shape.refusals()
    if operation.scope:
        found |= {door.NotAuthenticated, policies.MissingScope, policies.NetworkNotAllowed}
        if operation.scope != "read":
            found.add(policies.AgentFrozen)
    if placed.view.authentication_classes:  # a key that is sent is looked at, needed or not
        found |= {authentication.InvalidKey, authentication.KeyRevoked, authentication.KeyExpired}
    if placed.view.limit:
        found |= {limits.TooManyCalls, door.NotAcceptable}
    if placed.method in ("POST", "PATCH"):
        found |= operation.body.refusals()
        found |= {problems.MalformedJson, problems.BodyTooLarge, door.UnsupportedMediaType}
    if operation.may_be_once:
        found |= {idempotency.KeyMalformed, idempotency.KeyReused, idempotency.StillWorking}
    if operation.if_match:
        found |= {versions.VersionMissing, VersionMismatch}
    if operation.once:
        found |= {idempotency.KeyMissing, idempotency.KeyMalformed, idempotency.KeyReused, idempotency.StillWorking}
    return found


@cache
def document() -> dict[str, Any]:
    shared, paths = _Shared(), dict[str, Any]()
    for placed in every_operation():
        paths.setdefault(placed.path, {})[placed.method.lower()] = _operation(placed, shared)
    PROBLEM.schema(shared.parts)
    used = {refusal.code for placed in every_operation() for refusal in refusals(placed)}
    whole = {
        "openapi": "3.1.0",
        "jsonSchemaDialect": "https://spec.openapis.org/oas/3.1/dialect/base",
        "info": {
            "title": "Sightline",
            "version": "1",
            "summary": "Software agents buy observations of the physical world.",
            "description": ABOUT,
            "contact": {"name": "Sightline", "url": config.public_url},
            "license": {"name": "Apache 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": config.public_url, "description": "This exchange."}],
        "tags": [{"name": tag.value, "description": text} for tag, text in TAGS.items()],
        "security": [{"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "A key: `sl_test_…` or `sl_live_…`. Each operation names the scope that its key "
                    f"needs, one of {', '.join(ApiKey.SCOPES)}.",
                }
            },
            "schemas": dict(sorted(shared.parts.items())),
            "parameters": _PARAMETERS,
            "headers": _HEADERS,
            "responses": {name: _refused(*each) for name, each in shared.refused.items()},
            "examples": {each.code: _example(each) for each in catalogue.every_refusal() if each.code in used},
        },
    }
    plain: dict[str, Any] = orjson.loads(orjson.dumps(whole))  # words of an enumeration become words
    return plain


@dataclass
class _Shared:
    """What is written once and pointed to: most operations share most of their refusals."""

    parts: Parts = field(default_factory=Parts)
    refused: dict[str, tuple[HTTPStatus, tuple[str, ...]]] = field(default_factory=dict)

    def name_of(self, status: HTTPStatus, codes: tuple[str, ...]) -> str:
        stem = re.sub(r"\W", "", status.phrase.title())
        names = (stem if number == 1 else f"{stem}{number}" for number in count(1))
        return next(name for name in names if self.refused.setdefault(name, (status, codes)) == (status, codes))


# --- one operation ----------------------------------------------------------------------------------------------------


def _operation(placed: Placed, shared: _Shared) -> dict[str, Any]:
    operation = placed.operation
    said = {
        "operationId": operation.name,
        "tags": [operation.tag.value],
        "summary": operation.title,
        "description": _description(operation),
        "parameters": _parameters(placed, shared.parts),
        "responses": _responses(placed, shared),
        "security": [{"key": []}] if operation.scope else [],
    }
    if operation.body is not NOTHING:
        said["requestBody"] = {
            "required": bool(getattr(operation.body, "needed", True)),
            "content": {"application/json": _content(operation.body.schema(shared.parts), _examples(operation))},
        }
    if operation.scope:
        said["x-scope"] = operation.scope
    return said


def _description(operation: Operation) -> str:
    notes = [f"Scope: `{operation.scope}`." if operation.scope else "No key needed."]
    if operation.only_test:
        notes.append("Test mode only.")
    return f"{operation.text}\n\n{' '.join(notes)}"


def _examples(operation: Operation) -> Mapping[str, Any]:
    return operation.examples or {"example": operation.body.example()}


def _content(schema: Schema, examples: Mapping[str, Any]) -> dict[str, Any]:
    return {"schema": schema, "examples": {name: {"value": value} for name, value in examples.items()}}


def _parameters(placed: Placed, parts: Parts) -> list[dict[str, Any]]:
    path = [_parameter(name, "path", IDS[name], parts) for name in placed.variables]
    query = [_parameter(name, "query", shape, parts) for name, shape in placed.operation.query.items()]
    operation = placed.operation
    tagged = placed.method == "GET" and any(answer.etag for answer in operation.answers.values())
    headers = [
        ("IdempotencyKey", operation.once),
        ("IdempotencyKeyIfWanted", operation.may_be_once),
        ("IfMatch", operation.if_match),
        ("IfNoneMatch", tagged),
    ]
    return path + query + [{"$ref": f"#/components/parameters/{name}"} for name, wanted in headers if wanted]


def _parameter(name: str, where: str, shape: Any, parts: Parts) -> dict[str, Any]:
    schema = shape.schema(parts)
    described: dict[str, Any] = {"name": name, "in": where, "required": where == "path"}
    if text := schema.pop("description", ""):
        described["description"] = text
    described["schema"] = schema
    sample = shape.example()
    return described if sample is None else described | {"example": sample}


def _responses(placed: Placed, shared: _Shared) -> dict[str, Any]:
    said = {str(status): _answer(placed, answer, shared.parts) for status, answer in placed.operation.answers.items()}
    if any(answer.etag for answer in placed.operation.answers.values()) and placed.method == "GET":
        headers = _header_refs(["ETag", "X-Request-Id"])
        said["304"] = {"description": "It still has the version of If-None-Match.", "headers": headers}
    by_status: dict[HTTPStatus, Refusals] = {}
    for refusal in refusals(placed):
        by_status.setdefault(problems.status_of(refusal), set()).add(refusal)
    for status, refused in sorted(by_status.items()):
        name = shared.name_of(status, tuple(sorted(each.code for each in refused)))
        said[str(status.value)] = {"$ref": f"#/components/responses/{name}"}
    return said


def _answer(placed: Placed, answer: Said, parts: Parts) -> dict[str, Any]:
    headers = ["RateLimit", "RateLimit-Policy", "X-Request-Id"]
    headers += ["ETag"] * answer.etag + ["Idempotent-Replayed"] * (
        placed.operation.once or placed.operation.may_be_once
    )
    headers += ["Link"] * ("cursor" in placed.operation.query)
    said: dict[str, Any] = {"description": answer.text, "headers": _header_refs(headers)}
    if answer.shape is not None:
        content = _content(answer.shape.schema(parts), {"example": answer.shape.example()})
        said["content"] = {each: {} for each in answer.or_of()} | {answer.media_type: content}
    if answer.links:
        said["links"] = {
            name: {"operationId": link.operation, "parameters": dict(link.parameters)}
            for name, link in answer.links.items()
        }
    return said


def _header_refs(names: list[str]) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


# --- refusals ---------------------------------------------------------------------------------------------------------


def _refused(status: HTTPStatus, codes: tuple[str, ...]) -> dict[str, Any]:
    listed = {code: catalogue.find(code) for code in codes}
    headers = ["X-Request-Id"] + ["RateLimit", "RateLimit-Policy"] * (status == 429)
    headers += ["Retry-After"] * (status in (429, 409, 503)) + ["WWW-Authenticate"] * (status == 401)
    return {
        "description": " ".join(f"`{code}`: {each.meaning}" for code, each in listed.items() if each),
        "headers": _header_refs(headers),
        "content": {
            problems.CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }


def _example(each: catalogue.Listed) -> dict[str, Any]:
    waits = each.status == HTTPStatus.TOO_MANY_REQUESTS
    value = problems.Problem(
        status=each.status,
        code=each.code,
        detail=each.meaning,
        fix=each.fix,
        retryable=each.retryable,
        retry_after=3 if waits else None,
    ).render(request_id="0f6c1d2e3b4a49588776655443322110")
    return {"summary": each.meaning, "value": value}


# --- what is in many operations ---------------------------------------------------------------------------------------


def _from_headers(name: str, text: str, says: Mapping[str, Any], example: str, *, needed: bool) -> dict[str, Any]:
    schema = {"type": "string", **says}
    return {"name": name, "in": "header", "required": needed, "description": text, "schema": schema, "example": example}


_ONCE = (
    "A value of your own for this request, for example a UUID. Repeat it with the same key and the same body as often "
    "as you like: it is done once, and answered alike for 7 days."
)
_ONCE_KEY = {"pattern": r"^[\x21-\x7e]{1,255}$"}
_SOME_KEY = "6f1c2a7e-4f52-4d0e-9a43-1d2f3b4c5d6e"
_KNOWN = "The ETag you know, any of several, or *. "
_TAG = '"[0-9]{1,10}(-[a-z]{1,10})?"'
_PARAMETERS = {
    "IdempotencyKey": _from_headers("Idempotency-Key", _ONCE, _ONCE_KEY, _SOME_KEY, needed=True),
    "IdempotencyKeyIfWanted": _from_headers("Idempotency-Key", _ONCE, _ONCE_KEY, _SOME_KEY, needed=False),
    "IfMatch": _from_headers(
        "If-Match",
        _KNOWN + "If it has changed since: 412.",
        {"pattern": rf"^(\*|{_TAG}(, ?{_TAG})*)$"},
        '"1"',
        needed=True,
    ),
    "IfNoneMatch": _from_headers("If-None-Match", _KNOWN + "If it is the same still: 304.", {}, '"1"', needed=False),
}


def _header(text: str, says: Mapping[str, Any], example: Any) -> dict[str, Any]:
    return {"description": text, "schema": dict(says), "example": example}


_HEADERS = {
    "RateLimit": _header(
        "What is left of the allowance: r calls; all of it again in t s.", {"type": "string"}, '"default";r=599;t=1'
    ),
    "RateLimit-Policy": _header("The allowance: q calls in w s.", {"type": "string"}, limits.EVERY_CALL.policy_header),
    "ETag": _header("The version, for If-Match.", {"type": "string"}, '"1"'),
    "Link": _header(
        "The address of the next page, with the relation `next`; none: there is no next page (RFC 8288).",
        {"type": "string"},
        '</v1/bounties?cursor=cur_01k6htzr9yfhx9tbjbdz58r79y>; rel="next"',
    ),
    "Idempotent-Replayed": _header(
        "`true` where this is the kept answer of the first time.", {"const": "true"}, "true"
    ),
    "Retry-After": _header("Seconds to wait before the same request.", {"type": "string", "pattern": "^[0-9]+$"}, "3"),
    "WWW-Authenticate": _header("How to authenticate.", {"type": "string"}, "Bearer"),
    "X-Request-Id": _header("Names this request in our log. You may choose it.", {"type": "string"}, "0f6c1d2e3b4a"),
}
