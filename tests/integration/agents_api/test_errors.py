"""What is refused is refused in one form, whatever it was, and every code has a page."""

import gzip
from collections import Counter
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client

from agents_api import catalogue
from agents_api.showing import money
from market.errors import DomainError
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish

pytestmark = pytest.mark.django_db

MEMBERS = {"type", "title", "status", "code", "detail", "param", "fix", "fix_call"} | {
    "retryable",
    "retry_after",
    "request_id",
}


def check_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    problem: dict[str, Any] = response.json()
    assert set(problem) - {"facts"} == MEMBERS
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["fix"]
    assert problem["request_id"] == response.headers["X-Request-Id"]
    assert problem["type"].endswith(f"/docs/errors/{code}")
    return problem


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/bounties/", "/v1/bounties/a/b/c", "/v1/%00"])
def test_an_unknown_address_is_a_problem_in_every_method(client: Client, method: str, path: str) -> None:
    check_problem(getattr(client, method)(path), 404, "not_found")


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_an_unknown_method_is_told_which_ones_there_are(client: Client, method: str) -> None:
    response = getattr(client, method)("/v1/bounties", headers=bearer(sign_up(client)["key"]))
    check_problem(response, 405, "method_not_allowed")
    assert response.headers["Allow"] == "GET, HEAD, POST"


def test_a_body_of_another_type_is_refused(client: Client) -> None:
    headers = bearer(sign_up(client)["key"])
    check_problem(
        client.post("/v1/quotes", "a=b", content_type="text/plain", headers=headers), 415, "unsupported_media_type"
    )


def test_answers_in_another_type_are_refused(client: Client) -> None:
    headers = bearer(sign_up(client)["key"]) | {"Accept": "text/csv"}
    check_problem(client.get("/v1/balance", headers=headers), 406, "not_acceptable")


def test_a_packed_body_is_refused_as_such(client: Client) -> None:
    headers = bearer(sign_up(client)["key"]) | {"Content-Encoding": "gzip"}
    packed = client.post("/v1/quotes", gzip.compress(b"{}"), content_type="application/json", headers=headers)
    assert "Content-Encoding" in check_problem(packed, 415, "unsupported_media_type")["fix"]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/v1/bounty", "/v1/bounties"),
        ("/v1/bounties/", "/v1/bounties"),
        ("/v1/result/sub_01k6htzr9yfhx9tbjbdz58r79y", "/v1/results/{result_id}"),
        ("/v1/nothing", None),
    ],
)
def test_an_address_that_is_nearly_one_is_told_the_right_one(client: Client, path: str, meant: str | None) -> None:
    response = client.get(path)
    problem = check_problem(response, 404, "not_found")
    assert problem.get("facts", {}).get("nearest") == meant
    assert client.get(problem["fix_call"]["path"]).status_code == 200
    assert 'rel="service-desc"' in response.headers["Link"]
    assert "Allow" not in response.headers


def test_outside_the_api_too_a_program_is_told_where_it_is(client: Client) -> None:
    assert check_problem(client.get("/bounty"), 404, "not_found")["facts"]["nearest"] == "/v1/bounties"
    check_problem(client.post("/agents", {"name": "x"}, content_type="application/json"), 404, "not_found")
    page = client.get("/bounty", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (page.status_code, page.headers["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("path", ["/v1/balance", "/nothing"])
def test_another_host_is_refused_in_the_same_form(client: Client, path: str) -> None:
    check_problem(client.get(path, headers={"Host": "elsewhere.example"}), 421, "unknown_host")


HOSTILE = {
    "no json": b"{",
    "not utf-8": b'{"title": "\xff"}',
    "a list": b"[]",
    "deep": b'{"a":' + b"[" * 100_000,
    "a lone surrogate": b'{"title": "\\ud800"}',
    "nested": b'{"title": ' + b"[" * 500 + b"]" * 500 + b"}",
    "not a number": b'{"slots": NaN}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("path", ["/v1/agents", "/v1/quotes", "/v1/bounties"])
def test_a_body_that_is_no_object_is_refused(client: Client, path: str, body: bytes) -> None:
    headers = bearer(sign_up(client)["key"]) | {"Idempotency-Key": "a"}
    check_problem(client.post(path, body, content_type="application/json", headers=headers), 400, "malformed_json")


VALUES: tuple[object, ...] = (None, 1, 10**30, 1.5e308, "", "\x00", "x" * 70_000, [], [[]], {}, {"a": {}}, True)


def test_no_value_of_any_field_breaks_anything(client: Client) -> None:
    key = sign_up(client)["key"]
    for name in wish():
        for position, value in enumerate(VALUES):
            response = post(client, key, wish(**{name: value}), once=f"{name}-{position}")
            assert response.status_code in (201, 400, 402, 422), response.content


def test_too_large_a_body_is_refused_in_the_same_form(client: Client) -> None:
    headers = bearer(sign_up(client)["key"])
    body = b'{"title": "' + b"a" * 1_000_001 + b'"}'
    check_problem(
        client.post("/v1/quotes", body, content_type="application/json", headers=headers), 413, "body_too_large"
    )


def test_too_long_a_query_is_refused_in_the_same_form(client: Client) -> None:
    check_problem(client.get("/v1/bounties?cursor=" + "a" * 9_000), 414, "query_too_long")


def test_an_unknown_format_is_not_a_failure_of_ours(client: Client) -> None:
    check_problem(client.get("/v1/balance?format=xml", headers=bearer(sign_up(client)["key"])), 422, "unknown_field")


@pytest.mark.parametrize(
    ("broken", "status", "code"),
    [(ZeroDivisionError("secret"), 500, "internal_error"), (OperationalError("secret"), 503, "unavailable")],
)
def test_a_failure_of_ours_is_told_without_its_insides(
    client: Client, monkeypatch: pytest.MonkeyPatch, broken: Exception, status: int, code: str
) -> None:
    def fail(*_: object) -> None:
        raise broken

    headers = bearer(sign_up(client)["key"])
    monkeypatch.setattr(money, "balance", fail)
    response = client.get("/v1/balance", headers=headers)
    assert check_problem(response, status, code)["retryable"]
    assert b"secret" not in response.content


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_a_failure_outside_the_api_is_told_to_programs_in_the_same_form(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catalogue, "every_refusal", lambda: 1 / 0)
    client.raise_request_exception = False
    told = client.get("/docs/errors", headers={"Accept": "text/markdown"})
    check_problem(told, 500, "internal_error")
    assert told.headers["Retry-After"] == str(told.json()["retry_after"])
    page = client.get("/docs/errors", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_no_code_is_written_twice() -> None:
    codes = Counter(each.code for each in catalogue.every_refusal())
    assert [code for code, times in codes.items() if times > 1] == []


def test_every_code_says_what_it_means_and_what_to_do() -> None:
    assert [each.where for each in catalogue.every_refusal() if not (each.meaning and each.fix)] == []
    assert [each.where for each in catalogue.every_refusal() if each.code == DomainError.code] == []
    assert len(catalogue.every_refusal()) > 100


def test_the_pages_list_and_explain_every_code_in_both_forms(client: Client) -> None:
    html = client.get("/docs/errors").content.decode()
    markdown = client.get("/docs/errors", headers={"Accept": "text/markdown"})
    assert markdown.headers["Content-Type"] == "text/markdown; charset=utf-8"
    for each in catalogue.every_refusal():
        assert f'href="/docs/errors/{each.code}"' in html
        assert f"](/docs/errors/{each.code}) | {each.status.value} |" in markdown.content.decode()
        assert each.code in client.get(f"/docs/errors/{each.code}").content.decode()
        told = client.get(f"/docs/errors/{each.code}", headers={"Accept": "text/markdown"}).content.decode()
        assert each.meaning in told
        assert each.fix in told


def test_a_code_that_is_none_has_no_page(client: Client) -> None:
    assert client.get("/docs/errors/nonsense").status_code == 404
