"""The document over the wire: in both forms, at both addresses, and cheap to ask for again."""

import json
from urllib.parse import urlencode

import pytest
import yaml
from django.test import Client

from agents_api import openapi
from agents_api.describing import IDS
from agents_api.openapi import Placed
from tests.integration.agents_api.test_first_steps import bearer, sign_up

OPERATIONS = openapi.every_operation()
NOBODYS = {name: shape.example() for name, shape in IDS.items()}


@pytest.mark.parametrize("path", ["/v1/openapi.json", "/openapi.json"])
def test_it_is_served_as_json_without_a_key_and_without_the_database(client: Client, path: str) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(response.content) == openapi.document()
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/v1/openapi.yaml", "/openapi.yaml"])
def test_it_is_the_same_as_yaml(client: Client, path: str) -> None:
    response = client.get(path)
    assert (response.status_code, response.headers["Content-Type"]) == (200, "application/yaml")
    assert yaml.safe_load(response.content) == openapi.document()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "placed", [each for each in OPERATIONS if each.operation.once], ids=lambda each: each.operation.name
)
def test_what_asks_for_an_idempotency_key_does_not_work_without(client: Client, placed: Placed) -> None:
    call = getattr(client, placed.method.lower())
    headers = bearer(sign_up(client)["key"])
    response = call(placed.path.format(**NOBODYS), {}, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.django_db
@pytest.mark.parametrize("placed", OPERATIONS, ids=lambda each: each.operation.name)
def test_a_misspelt_parameter_is_refused_by_name(client: Client, placed: Placed) -> None:
    call = getattr(client, placed.method.lower())
    headers = bearer(sign_up(client)["key"]) if placed.operation.scope else {}
    response = call(placed.path.format(**NOBODYS) + "?limmit=3", headers=headers)
    assert (response.status_code, response.json()["code"], response.json()["param"]) == (
        422,
        "unknown_field",
        "/limmit",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "placed", [each for each in OPERATIONS if each.operation.query], ids=lambda each: each.operation.name
)
def test_a_parameter_that_stands_twice_is_refused_by_name(client: Client, placed: Placed) -> None:
    headers = bearer(sign_up(client)["key"]) if placed.operation.scope else {}
    name, shape = next(iter(placed.operation.query.items()))
    query = urlencode([(name, shape.example()), (name, "")])
    response = client.get(f"{placed.path.format(**NOBODYS)}?{query}", headers=headers)
    assert (response.status_code, response.json()["code"], response.json()["param"]) == (
        422,
        "given_twice",
        f"/{name}",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "placed", [each for each in OPERATIONS if each.operation.scope], ids=lambda each: each.operation.name
)
def test_what_asks_for_a_scope_wants_a_key(client: Client, placed: Placed) -> None:
    response = getattr(client, placed.method.lower())(placed.path.format(**NOBODYS))
    assert (response.status_code, response.json()["code"]) == (401, "not_authenticated")
