"""Webhook endpoints over the wire: made, changed, tried, ended, and nobody else's."""

from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from standardwebhooks import Webhook

from market.accounts.audit import CONSOLE
from market.accounts.models import Account
from market.accounts.operations.keys import issue_key
from market.events.operations import append
from market.ids import decode, encode, new_id
from market.webhooks import operations
from market.webhooks.models import Delivery, WebhookEndpoint
from tests.integration.agents_api.test_first_steps import bearer, sign_up
from tests.integration.webhooks.world import NO, YES, send
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
URL = "https://agent.example.com/hooks"
ENDPOINTS = "/v1/webhook-endpoints"


def call(
    client: Client, method: str, path: str, key: str, body: dict[str, Any] | None = None, *, once: str = ""
) -> Any:
    headers = bearer(key) | {"Idempotency-Key": once or str(new_id()), "If-Match": "*"}
    words: dict[str, Any] = {"data": body or {}, "content_type": "application/json"} if method != "get" else {}
    return getattr(client, method)(path, headers=headers, **words)


def make(client: Client, key: str, **body: Any) -> dict[str, Any]:
    answer = call(client, "post", ENDPOINTS, key, {"url": URL, **body})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    return made


def id_of(made: dict[str, Any]) -> UUID:
    endpoint_id = decode("whk", made["id"])
    assert endpoint_id is not None
    return endpoint_id


def tell(made: dict[str, Any]) -> Delivery:
    account = WebhookEndpoint.objects.get(pk=id_of(made)).account
    with transaction.atomic():
        append(account_id=account.id, type="bounty.opened", data={"version": 1}, at=timezone.now())
    operations.copy_feed(account_id=account.id, at=timezone.now())
    return Delivery.objects.latest("created_at")


def test_an_endpoint_is_made_with_a_secret_that_is_shown_once(client: Client) -> None:
    key = sign_up(client)["key"]
    answer = call(client, "post", ENDPOINTS, key, {"url": URL, "types": ["result.accepted"]}, once="a")
    made = answer.json()
    assert (answer.status_code, made["status"], made["types"]) == (201, "enabled", ["result.accepted"])
    assert made["secret"].startswith("whsec_")
    again = call(client, "post", ENDPOINTS, key, {"url": URL, "types": ["result.accepted"]}, once="a")
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == made | {"secret": None}
    path = f"{ENDPOINTS}/{made['id']}"
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert call(client, "get", path, key).json() == shown
    assert call(client, "get", ENDPOINTS, key).json() == {"data": [shown], "next": None}


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "/url"),
        ({"url": "http://agent.example.com/"}, "webhook_url_refused", "/url"),
        ({"url": "https://10.0.0.1/"}, "webhook_url_refused", "/url"),
        ({"url": "https://[::ffff:169.254.169.254]/"}, "webhook_url_refused", "/url"),
        ({"url": 7}, "invalid_text", "/url"),
        ({"url": URL, "types": ["bounty.exploded"]}, "unknown_event_type", "/types/0"),
        ({"url": URL, "types": "result.accepted"}, "invalid_field", "/types"),
        ({"url": URL, "description": "x" * 201}, "text_too_long", "/description"),
        ({"url": URL, "typs": []}, "unknown_field", "/typs"),
    ],
)
def test_what_cannot_be_an_endpoint_is_refused_by_name(
    client: Client, body: dict[str, Any], code: str, param: str
) -> None:
    answer = call(client, "post", ENDPOINTS, sign_up(client)["key"], body)
    assert (answer.status_code, answer.json()["code"], answer.json()["param"]) == (422, code, param)
    assert WebhookEndpoint.objects.count() == 0


def test_the_eleventh_is_one_too_many(client: Client) -> None:
    key = sign_up(client)["key"]
    for _ in range(10):
        make(client, key)
    answer = call(client, "post", ENDPOINTS, key, {"url": URL})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_webhook_endpoints")


def test_it_is_changed_disabled_enabled_and_deleted(client: Client) -> None:
    key = sign_up(client)["key"]
    made = make(client, key)
    path = f"{ENDPOINTS}/{made['id']}"
    changed = call(client, "patch", path, key, {"description": "Mine", "enabled": False}).json()
    assert (changed["description"], changed["status"], changed["disabled_because"]) == ("Mine", "disabled", "owner")
    refused = call(client, "post", f"{path}/test", key)
    assert (refused.status_code, refused.json()["code"]) == (409, "webhook_endpoint_disabled")
    assert call(client, "patch", path, key, {"enabled": True}).json()["status"] == "enabled"
    gone = call(client, "delete", path, key)
    assert (gone.status_code, gone.json()["status"]) == (200, "deleted")
    assert [call(client, method, path, key).status_code for method in ("get", "patch", "delete")] == [404] * 3


def test_a_change_needs_the_version_that_it_is_a_change_of(client: Client) -> None:
    key = sign_up(client)["key"]
    path = f"{ENDPOINTS}/{make(client, key)['id']}"
    tag = client.get(path, headers=bearer(key)).headers["ETag"]
    answers = [
        client.patch(path, {"description": name}, content_type="application/json", headers=bearer(key) | match)
        for name, match in (("a", {"If-Match": tag}), ("b", {"If-Match": tag}), ("c", {}))
    ]
    assert [each.status_code for each in answers] == [200, 412, 428]
    after = client.get(path, headers=bearer(key)).json()
    assert after["description"] == "a"
    assert call(client, "patch", path, key, {}).json() == after


def test_a_test_message_reaches_the_receiver_and_its_library_verifies_it(client: Client) -> None:
    key = sign_up(client)["key"]
    with Receiver().running() as receiver:
        made = make(client, key, url=receiver.url())
        sent = call(client, "post", f"{ENDPOINTS}/{made['id']}/test", key)
        assert (sent.status_code, sent.json()["status"]) == (202, "pending")
        operations.send_due()
        [got] = receiver.got
    message = Webhook(made["secret"]).verify(got.body, got.headers)
    assert (message["type"], message["data"]["delivery"]) == ("webhook_endpoint.test", sent.json()["id"])
    [delivery] = call(client, "get", f"{ENDPOINTS}/{made['id']}/deliveries", key).json()["data"]
    assert (delivery["status"], delivery["message_id"]) == ("delivered", got.headers["webhook-id"])
    assert [(each["status"], each["fault"]) for each in delivery["attempts"]] == [(200, None)]


def test_a_rotated_secret_overlaps_and_is_not_stored(client: Client) -> None:
    key = sign_up(client)["key"]
    made = make(client, key)
    path = f"{ENDPOINTS}/{made['id']}/rotate-secret"
    rotated = call(client, "post", path, key, {"overlap_hours": 1}, once="b").json()
    assert rotated["secret"] not in (made["secret"], None)
    assert rotated["former_secret_ends_at"] is not None
    assert call(client, "post", path, key, {"overlap_hours": 1}, once="b").json()["secret"] is None
    refused = call(client, "post", path, key, {"overlap_hours": 169})
    assert (refused.status_code, refused.json()["param"]) == (422, "/overlap_hours")


def test_what_failed_is_listed_and_sent_again(client: Client) -> None:
    key = sign_up(client)["key"]
    made = make(client, key)
    path = f"{ENDPOINTS}/{made['id']}"
    delivery = tell(made)
    send(NO)
    [shown] = call(client, "get", f"{path}/deliveries?status=pending", key).json()["data"]
    assert [(each["status"], each["response"]) for each in shown["attempts"]] == [(500, "out of order")]
    again = call(client, "post", f"{path}/redeliver", key, {"delivery": encode("whd", delivery.id)})
    assert (again.status_code, again.json()["message_id"]) == (202, delivery.message_id)
    send(YES)
    assert call(client, "get", f"{path}/deliveries?status=pending", key).json()["data"] == []
    [shown] = call(client, "get", f"{path}/deliveries?status=delivered", key).json()["data"]
    assert len(shown["attempts"]) == 2
    unknown = call(client, "post", f"{path}/redeliver", key, {"delivery": encode("whd", new_id())})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "no_such_webhook_delivery")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("get", ""), ("patch", ""), ("delete", ""), ("get", "/deliveries")),
        *(("post", "/test"), ("post", "/rotate-secret"), ("post", "/redeliver")),
    ],
)
def test_another_agents_endpoint_does_not_exist(client: Client, method: str, path: str) -> None:
    made = make(client, sign_up(client)["key"])
    delivery = tell(made)
    body = {"delivery": encode("whd", delivery.id)} if path == "/redeliver" else None
    other = sign_up(client)["key"]
    answer = call(client, method, f"{ENDPOINTS}/{made['id']}{path}", other, body)
    assert (answer.status_code, answer.json()["code"]) == (404, "no_such_webhook_endpoint")
    assert WebhookEndpoint.objects.get().state == "enabled"


def test_a_key_that_may_only_read_changes_nothing(client: Client) -> None:
    agent = sign_up(client)
    made = make(client, agent["key"])
    account = Account.objects.get(webhook_endpoints=id_of(made))
    key = issue_key(account_id=account.id, by=CONSOLE, at=timezone.now(), scopes=["read"]).text
    path = f"{ENDPOINTS}/{made['id']}"
    tried = [("post", ENDPOINTS), ("patch", path), ("delete", path), ("post", f"{path}/rotate-secret")]
    bodies = {ENDPOINTS: {"url": URL}}
    answers = [call(client, method, where, key, bodies.get(where)) for method, where in tried]
    assert [(each.status_code, each.json()["code"]) for each in answers] == [(403, "missing_scope")] * 4
    assert "secret" not in call(client, "get", path, key).json()


def test_lists_ask_the_same_few_questions_however_long_they_are(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    key = sign_up(client)["key"]
    made = make(client, key)
    for _ in range(6):
        tell(made)
        send(NO)
    assert client.get("/v1/balance", headers=bearer(key)).status_code == 200
    for path in (ENDPOINTS, f"{ENDPOINTS}/{made['id']}", f"{ENDPOINTS}/{made['id']}/deliveries"):
        with django_assert_max_num_queries(4):
            assert client.get(path, headers=bearer(key)).status_code == 200
