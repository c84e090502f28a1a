"""Keys over the wire: made by a key, renewed, ended; and never one that may do more than the key that made it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agents_api.models import KeptAnswer
from market.accounts.models import ApiKey
from market.accounts.operations import keys as operations
from market.ids import new_id
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish

pytestmark = pytest.mark.django_db


def ask(client: Client, key: str, path: str, body: dict[str, Any] | None = None, *, once: str = "") -> Any:
    headers = bearer(key) | {"Idempotency-Key": once or str(new_id())}
    return client.post(f"/v1/keys{path}", body or {}, content_type="application/json", headers=headers)


def make(client: Client, key: str, **body: Any) -> dict[str, Any]:
    response = ask(client, key, "", body)
    assert response.status_code == 201, response.content
    return dict(response.json())


def refusal(response: Any) -> tuple[int, str, str | None]:
    problem = response.json()
    return response.status_code, problem["code"], problem["param"]


@pytest.fixture
def first(client: Client) -> str:
    return str(sign_up(client)["key"])


def test_a_key_is_made_with_what_was_asked_for_and_works(client: Client, first: str) -> None:
    end = timezone.now() + timedelta(days=3)
    made = make(
        client,
        first,
        label="worker",
        scopes=["read", "post"],
        caps={"per_call": "5.00", "per_day": "10.00"},
        networks=["127.0.0.0/8"],
        expires_at=end.isoformat(),
    )
    assert made["caps"] == {"per_call": "5.00", "per_day": "10.00", "per_month": None}
    assert (made["label"], made["scopes"], made["networks"]) == ("worker", ["read", "post"], ["127.0.0.0/8"])
    assert made["status"] == "active"
    assert client.get("/v1/account", headers=bearer(made["key"])).json()["key"]["id"] == made["id"]
    listed = client.get("/v1/keys", headers=bearer(first)).json()["data"]
    assert [each["id"] for each in listed] == [made["id"], listed[1]["id"]]
    assert listed[0]["last_used_at"] is not None
    assert client.get(f"/v1/keys/{made['id']}", headers=bearer(first)).json() == listed[0]


def test_the_secret_is_shown_once_and_kept_nowhere(client: Client, first: str) -> None:
    response = ask(client, first, "", {"scopes": ["read"]}, once="a")
    again = ask(client, first, "", {"scopes": ["read"]}, once="a")
    secret = response.json()["key"].rpartition("_")[2]
    assert (again.headers["Idempotent-Replayed"], again.json()) == ("true", response.json() | {"key": None})
    assert secret not in client.get("/v1/keys", headers=bearer(first)).content.decode()
    assert [bytes(each.body) for each in KeptAnswer.objects.all() if secret.encode() in bytes(each.body)] == []
    assert ApiKey.objects.count() == 2


def test_what_is_not_said_is_as_the_giver_has_it(client: Client, first: str) -> None:
    soon = (timezone.now() + timedelta(days=1)).isoformat()
    middle = make(
        client, first, scopes=["read", "money"], caps={"per_call": "1.00"}, networks=["127.0.0.0/8"], expires_at=soon
    )
    last = make(client, middle["key"], scopes=["read"])
    assert [last[name] for name in ("caps", "networks", "expires_at")] == [
        middle[name] for name in ("caps", "networks", "expires_at")
    ]


MORE: dict[str, tuple[dict[str, Any], str]] = {
    "scope": ({"scopes": ["post"]}, "/scopes"),
    "per call": ({"caps": {"per_call": "1.01"}}, "/caps/per_call"),
    "per day": ({"caps": {"per_day": "10.01"}}, "/caps/per_day"),
    "per month": ({"caps": {"per_month": "20.01"}}, "/caps/per_month"),
    "networks": ({"networks": ["127.0.0.0/8", "10.0.0.0/8"]}, "/networks"),
    "other family": ({"networks": ["::/0"]}, "/networks"),
    "wider": ({"networks": ["0.0.0.0/0"]}, "/networks"),
    "time": ({"expires_at": "2030-01-01T00:00:00Z"}, "/expires_at"),
}


@pytest.mark.parametrize(("asked", "param"), MORE.values(), ids=MORE)
def test_a_key_gives_no_more_than_it_has(client: Client, first: str, asked: dict[str, Any], param: str) -> None:
    giver = make(
        client,
        first,
        scopes=["read", "money"],
        caps={"per_call": "1.00", "per_day": "10.00", "per_month": "20.00"},
        networks=["127.0.0.0/8"],
        expires_at=(timezone.now() + timedelta(days=1)).isoformat(),
    )
    before = ApiKey.objects.count()
    response = ask(client, giver["key"], "", {"scopes": ["read"]} | asked)
    assert refusal(response) == (403, "more_than_the_key_has", param)
    assert ApiKey.objects.count() == before


def test_a_key_that_may_only_post_makes_and_renews_none(client: Client, first: str) -> None:
    worker = make(client, first, scopes=["read", "post"])
    for path, body in (("", {"scopes": ["read"]}), (f"/{worker['id']}/rotate", {})):
        assert refusal(ask(client, worker["key"], path, body))[:2] == (403, "missing_scope")


@pytest.mark.parametrize("way", ["issue", "rotate"])
def test_caps_are_not_spent_again_by_another_key(client: Client, first: str, way: str) -> None:
    capped = make(client, first, scopes=["read", "post", "money"], caps={"per_day": "5.00"})
    assert post(client, capped["key"], wish()).status_code == 201  # 2.75 of 5.00
    if way == "issue":
        other = make(client, capped["key"], scopes=["post"])
    else:
        other = ask(client, first, f"/{capped['id']}/rotate").json()
    assert other["counted_with"] == capped["id"]
    refused = post(client, other["key"], wish(), once="second")
    assert refusal(refused)[:2] == (402, "spending_limit_reached")


def test_a_capped_key_renews_none_that_spends_beside_it(client: Client, first: str) -> None:
    caps = {"scopes": ["read", "post", "money"], "caps": {"per_day": "5.00"}}
    mine, other = make(client, first, **caps), make(client, first, **caps)
    response = ask(client, mine["key"], f"/{other['id']}/rotate")
    assert refusal(response) == (403, "more_than_the_key_has", "/caps")


def test_a_renewed_key_and_the_old_one_live_side_by_side_for_a_set_time(
    client: Client, first: str, django_capture_on_commit_callbacks: Any
) -> None:
    old = make(client, first, scopes=["read"])
    new = ask(client, first, f"/{old['id']}/rotate", {"overlap_seconds": 60}).json()
    assert new["replaces"] == old["id"]
    assert {client.get("/v1/balance", headers=bearer(each["key"])).status_code for each in (old, new)} == {200}
    shown = client.get(f"/v1/keys/{old['id']}", headers=bearer(first)).json()
    assert shown["replaced_by"] == new["id"]
    assert shown["expires_at"] is not None
    with django_capture_on_commit_callbacks(execute=True):
        gone = ask(client, first, f"/{new['id']}/rotate", {"overlap_seconds": 0}).json()
    assert client.get("/v1/balance", headers=bearer(new["key"])).json()["code"] == "key_expired"
    assert client.get("/v1/balance", headers=bearer(gone["key"])).status_code == 200


def test_an_ended_key_is_out_at_once(client: Client, first: str) -> None:
    made = make(client, first, scopes=["read"])
    ended = client.delete(f"/v1/keys/{made['id']}", headers=bearer(first))
    assert (ended.status_code, ended.json()["status"]) == (200, "revoked")
    assert client.get("/v1/balance", headers=bearer(made["key"])).json()["code"] == "key_revoked"
    assert client.delete(f"/v1/keys/{made['id']}", headers=bearer(first)).json() == ended.json()


def test_any_key_may_end_itself_and_a_weak_one_nobody_else(client: Client, first: str) -> None:
    weak = make(client, first, scopes=["read"])
    mine = client.get("/v1/account", headers=bearer(first)).json()["key"]["id"]
    assert refusal(client.delete(f"/v1/keys/{mine}", headers=bearer(weak["key"])))[1] == "missing_scope"
    middling = make(client, first, scopes=["read", "money"])
    assert refusal(client.delete(f"/v1/keys/{mine}", headers=bearer(middling["key"])))[1] == "more_than_the_key_has"
    assert client.delete(f"/v1/keys/{weak['id']}", headers=bearer(weak["key"])).status_code == 200
    assert client.get("/v1/balance", headers=bearer(first)).status_code == 200


def test_a_key_that_has_just_ended_gives_nothing_though_its_call_was_let_in(client: Client, first: str) -> None:
    me = client.get("/v1/account", headers=bearer(first)).json()
    giver = ApiKey.objects.get()
    # As another process would: this one does not hear of it, and lets the key in for a moment more.
    ApiKey.objects.update(revoked_at=timezone.now())
    assert client.get("/v1/account", headers=bearer(first)).json()["key"] == me["key"]
    assert refusal(ask(client, first, "", {"scopes": ["read"]}))[:2] == (409, "key_ended")
    assert ApiKey.objects.get() == giver


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "/scopes"),
        ({"scopes": ["admin"]}, "invalid_scopes", "/scopes"),
        ({"scopes": "read"}, "invalid_field", "/scopes"),
        ({"scopes": ["read"], "scope": 1}, "unknown_field", "/scope"),
        ({"scopes": ["read"], "caps": {"per_week": "1.00"}}, "unknown_field", "/caps/per_week"),
        ({"scopes": ["read"], "caps": {"per_day": 1}}, "invalid_amount", "/caps/per_day"),
        ({"scopes": ["read"], "caps": {"per_day": "-1.00"}}, "invalid_cap", "/caps/per_day"),
        ({"scopes": ["read"], "networks": ["10.0.0.1/8"]}, "invalid_networks", "/networks/0"),
        ({"scopes": ["read"], "networks": ["10.0.0.0/8"] * 21}, "invalid_networks", "/networks"),
        ({"scopes": ["read"], "expires_at": "2020-01-01T00:00:00Z"}, "invalid_key_end", "/expires_at"),
        ({"scopes": ["read"], "label": "x" * 81}, "invalid_name", "/label"),
    ],
)
def test_what_is_wrong_is_named(client: Client, first: str, body: dict[str, Any], code: str, param: str) -> None:
    assert refusal(ask(client, first, "", body)) == (422, code, param)


def test_there_is_an_end_to_keys(client: Client, first: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "MOST_KEYS", 2)
    make(client, first, scopes=["read"])
    assert refusal(ask(client, first, "", {"scopes": ["read"]}))[:2] == (409, "too_many_keys")


def test_the_list_of_keys_has_pages(client: Client, first: str) -> None:
    made = [make(client, first, scopes=["read"])["id"] for number in range(3)]
    page = client.get("/v1/keys?limit=2", headers=bearer(first)).json()
    rest = client.get(f"/v1/keys?limit=2&cursor={page['next']}", headers=bearer(first)).json()
    assert [each["id"] for each in page["data"] + rest["data"]][:3] == made[::-1]
    assert (len(rest["data"]), rest["next"]) == (2, None)
