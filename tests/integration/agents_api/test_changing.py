"""Changing a bounty over the wire: only what may change, and only of the version that was looked at."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bounties import operations
from bounties.models import Bounty
from market.ids import decode, encode
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.agents_api.test_results import key_of, path_of
from tests.integration.bounties.story import REVIEW, Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(client: Client) -> str:
    return str(sign_up(client)["key"])


@pytest.fixture
def path(client: Client, key: str) -> str:
    return f"/v1/bounties/{post(client, key, wish()).json()['id']}"


def change(client: Client, key: str, path: str, body: dict[str, Any], match: str | None = '"1"', **headers: str) -> Any:
    words = bearer(key) | ({} if match is None else {"If-Match": match}) | headers
    return client.patch(path, body, content_type="application/json", headers=words)


def test_what_may_change_is_changed_and_the_new_version_told(client: Client, key: str, path: str) -> None:
    before = client.get(path, headers=bearer(key))
    later = datetime.fromisoformat(before.json()["window"]["closes_at"]) + timedelta(hours=3)
    body = {"title": "Is it open?", "window": {"closes_at": later.isoformat()}, "metadata": {"job": "7"}}
    response = change(client, key, path, body, before.headers["ETag"])
    assert (response.status_code, response.headers["ETag"]) == (200, '"2"')
    changed = response.json()
    assert (changed["title"], changed["version"], changed["metadata"]) == ("Is it open?", 2, {"job": "7"})
    assert datetime.fromisoformat(changed["window"]["closes_at"]) == later
    assert client.get(path, headers=bearer(key)).json() == changed


def test_of_two_changes_to_one_version_the_second_is_refused(client: Client, key: str, path: str) -> None:
    assert change(client, key, path, {"private_note": "mine"}).status_code == 200
    refused = change(client, key, path, {"private_note": "yours"})
    assert (refused.status_code, refused.json()["code"], refused.json()["facts"]) == (
        412,
        "version_mismatch",
        {"version": 2},
    )
    assert client.get(path, headers=bearer(key)).json()["private_note"] == "mine"


def test_a_change_of_nothing_changes_nothing(client: Client, key: str, path: str) -> None:
    same = change(client, key, path, {})
    assert (same.status_code, same.headers["ETag"]) == (200, '"1"')
    told = [event["type"] for event in client.get("/v1/events", headers=bearer(key)).json()["data"]]
    assert "bounty.edited" not in told


def test_a_change_without_a_version_is_told_to_send_one(client: Client, key: str, path: str) -> None:
    refused = change(client, key, path, {"private_note": "mine"}, match=None)
    assert (refused.status_code, refused.json()["code"]) == (428, "version_missing")


@pytest.mark.parametrize(
    "match", ["*", '"1"', '"1-gzip"', '"1-zstd"', "1", '"1", "2"', '"7","1-gzip"', ', W/"7", "of,another",\t"1"']
)
def test_a_version_is_known_by_any_of_its_tags(client: Client, key: str, path: str, match: str) -> None:
    assert change(client, key, path, {"private_note": "mine"}, match).status_code == 200


@pytest.mark.parametrize(
    "match",
    [
        *("2", '"2"', '"01x"', '"99999999999"', "nonsense", '"2", "3"', "1, 2", '*, "1"'),
        *('W/"1"', 'W/"1", W/"1-gzip"'),  # weak: much the same is not the same
        *('"1" "2"', '"1", nonsense', '"1', '"of another", "1"'),
    ],
)
def test_a_tag_of_no_version_of_it_fits_nothing(client: Client, key: str, path: str, match: str) -> None:
    assert change(client, key, path, {"private_note": "mine"}, match).status_code == 412


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"reward": "9.00"}, (422, "fixed_once_posted", "/reward")),
        ({"slots": 2}, (422, "fixed_once_posted", "/slots")),
        ({"window": {"opens_at": "2030-01-01T00:00:00Z"}}, (422, "fixed_once_posted", "/window/opens_at")),
        ({"window": {"closes": "2030-01-01T00:00:00Z"}}, (422, "unknown_field", "/window/closes")),
        ({"window": {"closes_at": "soon"}}, (422, "invalid_time", "/window/closes_at")),
        ({"window": {"closes_at": "2020-01-01T00:00:00Z"}}, (409, "already_relied_upon", "/window/closes_at")),
        ({"window": None}, (422, "invalid_field", "/window")),
        ({"titel": "x"}, (422, "unknown_field", "/titel")),
        ({"status": "open"}, (422, "unknown_field", "/status")),
        ({"title": "Follow her home"}, (403, "refused_by_screening", "/title")),
    ],
)
def test_what_may_not_change_is_named(
    client: Client, key: str, path: str, body: dict[str, Any], refusal: tuple[int, str, str]
) -> None:
    refused = change(client, key, path, body)
    assert (refused.status_code, refused.json()["code"], refused.json()["param"]) == refusal
    assert client.get(path, headers=bearer(key)).json()["version"] == 1


def test_a_change_with_an_idempotency_key_is_answered_again(client: Client, key: str, path: str) -> None:
    first, again = (change(client, key, path, {"private_note": "mine"}, **{"Idempotency-Key": "a"}) for _ in range(2))
    assert (first.status_code, again.status_code, first.json()) == (200, 200, again.json())
    assert again.headers["Idempotent-Replayed"] == "true"


def test_whoever_knows_the_version_is_told_nothing_new(client: Client, key: str, path: str) -> None:
    tag = client.get(path, headers=bearer(key)).headers["ETag"]
    for known in (tag, f"W/{tag}", '"7", "1-gzip"', "*"):
        same = client.get(path, headers=bearer(key) | {"If-None-Match": known})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    change(client, key, path, {"private_note": "mine"})
    assert client.get(path, headers=bearer(key) | {"If-None-Match": tag}).json()["version"] == 2


def test_whoever_waits_for_the_next_version_is_answered_with_what_there_is(client: Client, key: str, path: str) -> None:
    known = bearer(key) | {"If-None-Match": '"1"'}
    assert client.get(f"{path}?wait=1&since_version=1", headers=known).status_code == 200
    assert client.get(f"{path}?wait=0&since_version=1", headers=known).status_code == 304


def test_a_result_has_its_version_too(client: Client) -> None:
    story = Story(at=timezone.now())
    submission = story.handed_in(story.post(), REVIEW)
    headers = bearer(key_of(story.buyer))
    tag = client.get(path_of(submission), headers=headers).headers["ETag"]
    assert client.get(path_of(submission), headers=headers | {"If-None-Match": tag}).status_code == 304


def test_a_bounty_that_waits_for_money_is_funded_by_the_call_it_names(client: Client) -> None:
    story = Story(at=timezone.now())
    poor = story.new_buyer(dollars=0)
    waiting = story.post(poor, title="Is anybody at home?")
    operations.allow(operator=story.operator, bounty_id=waiting.id, reason="Fine.", at=story.at)
    headers = bearer(key_of(poor)) | {"Idempotency-Key": "a"}
    shown = client.get(f"/v1/bounties/{encode('bnt', waiting.id)}", headers=headers).json()
    call = shown["next_action"]["call"]
    refused = client.post(call["path"], content_type="application/json", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (402, "insufficient_funds")
    money = {"amount": "10.00"}
    client.post("/v1/deposits", money, content_type="application/json", headers=headers | {"Idempotency-Key": "b"})
    headers["Idempotency-Key"] = "c"
    assert client.post(call["path"], content_type="application/json", headers=headers).json()["status"] == "open"


def test_the_list_shows_bounties_of_one_status(client: Client, key: str, path: str) -> None:
    assert [each["status"] for each in client.get("/v1/bounties?status=open", headers=bearer(key)).json()["data"]] == [
        "open"
    ]
    assert client.get("/v1/bounties?status=expired", headers=bearer(key)).json()["data"] == []
    refused = client.get("/v1/bounties?status=lost", headers=bearer(key))
    assert (refused.status_code, refused.json()["param"]) == (422, "/status")


def test_the_list_shows_bounties_of_one_day(client: Client, key: str) -> None:
    ids = [post(client, key, wish(), once=f"n{number}").json()["id"] for number in range(4)]
    for day, id_ in enumerate(ids, 20):
        Bounty.objects.filter(pk=str(decode("bnt", id_))).update(created_at=datetime(2026, 11, day, 12, tzinfo=UTC))

    def listed(query: str) -> dict[str, Any]:
        listed: dict[str, Any] = client.get(f"/v1/bounties?{query}", headers=bearer(key)).json()
        return listed

    def shown(query: str) -> list[str]:
        return [each["id"] for each in listed(query)["data"]]

    from_to = "created_after=2026-11-21T12:00:00Z&created_before=2026-11-23T12:00:00Z"
    assert shown("created_after=2026-11-21T12:00:00Z&created_before=2026-11-24T00:00:00Z") == ids[:0:-1]
    assert shown(from_to) == [ids[2], ids[1]]
    assert shown(f"{from_to}&status=open") == [ids[2], ids[1]]
    assert shown(f"{from_to}&status=expired") == []
    first = listed(f"{from_to}&limit=1")
    assert shown(f"{from_to}&limit=1&cursor={first['next']}") == [ids[1]]
    refused = listed("created_after=yesterday")
    assert (refused["code"], refused["param"]) == ("invalid_time", "/created_after")
