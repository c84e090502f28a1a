"""An agent that has nothing but the address: signs up, looks, posts, cancels. Over the wire, with every part real."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

pytestmark = pytest.mark.django_db


def sign_up(client: Client) -> dict[str, Any]:
    response = client.post("/v1/agents", {"name": "Weather bot"}, content_type="application/json")
    assert response.status_code == 201, response.content
    return dict(response.json())


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def wish(**changes: Any) -> dict[str, Any]:
    now = timezone.now()
    window = {"opens_at": now.isoformat(), "closes_at": (now + timedelta(hours=6)).isoformat()}
    return {
        "title": "Is the bakery open?",
        "questions": ["Is the bakery on the corner open right now?"],
        "criteria": ["The shop front is visible"],
        "place": {"lat": 52.52, "lng": 13.405, "radius_m": 60},
        "window": window,
        "reward": "2.50",
        "currency": "usd",
        "slots": 1,
        "proof": {"media": "photo", "count": 1, "challenge": "none"},
        "review": "auto",
    } | changes


def post(client: Client, key: str, body: dict[str, Any], *, once: str = "first") -> Any:
    headers = bearer(key) | {"Idempotency-Key": once}
    return client.post("/v1/bounties", body, content_type="application/json", headers=headers)


def test_one_call_gives_an_agent_a_key_and_play_money(client: Client) -> None:
    new = sign_up(client)
    assert new["key"].startswith("sl_test_")
    assert new["balance"] == {
        "object": "balance",
        "mode": "test",
        "currency": "usd",
        "available": "1000.00",
        "held": "0.00",
    }
    account = client.get("/v1/account", headers=bearer(new["key"])).json()
    assert (account["id"], account["name"], account["claimed"]) == (new["agent"]["id"], "Weather bot", False)


def test_a_quote_tells_the_price_and_holds_nothing(client: Client) -> None:
    key = sign_up(client)["key"]
    quote = client.post("/v1/quotes", wish(slots=3), content_type="application/json", headers=bearer(key)).json()
    assert (quote["reward"], quote["fee"], quote["total"]) == ("2.50", "0.25", "8.25")
    assert (quote["policy"]["outcome"], quote["policy"]["findings"]) == ("allow", [])
    assert client.get("/v1/balance", headers=bearer(key)).json()["held"] == "0.00"


def test_a_posted_bounty_is_open_its_money_held_and_the_next_step_told(client: Client) -> None:
    key = sign_up(client)["key"]
    response = post(client, key, wish())
    assert response.status_code == 201, response.content
    bounty = response.json()
    assert (bounty["status"], bounty["version"], bounty["total"]) == ("open", 1, "2.75")
    assert bounty["next_action"]["call"] == {
        "method": "GET",
        "path": f"/v1/bounties/{bounty['id']}?wait=45&since_version=1&results=1",
    }
    assert client.get("/v1/balance", headers=bearer(key)).json()["held"] == "2.75"
    assert client.get(f"/v1/bounties/{bounty['id']}", headers=bearer(key)).json() == bounty


def test_the_same_request_again_is_the_same_bounty(client: Client) -> None:
    key, body = sign_up(client)["key"], wish()
    first, second = post(client, key, body), post(client, key, body)
    assert first.content == second.content
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert len(client.get("/v1/bounties", headers=bearer(key)).json()["data"]) == 1


def test_a_cancelled_bounty_gives_its_money_back(client: Client) -> None:
    key = sign_up(client)["key"]
    bounty = post(client, key, wish()).json()
    headers = bearer(key) | {"Idempotency-Key": "cancel"}
    path = f"/v1/bounties/{bounty['id']}/cancel"
    cancelled = client.post(path, content_type="application/json", headers=headers).json()
    assert cancelled["status"] == "cancelled"
    assert cancelled["next_action"] == {"do": "nothing", "call": None, "until": None}
    assert client.get("/v1/balance", headers=bearer(key)).json()["available"] == "1000.00"


def test_another_agents_bounty_does_not_exist(client: Client) -> None:
    theirs, mine = sign_up(client)["key"], sign_up(client)["key"]
    path = f"/v1/bounties/{post(client, theirs, wish()).json()['id']}"
    headers = bearer(mine) | {"Idempotency-Key": "cancel"}
    cancel = client.post(f"{path}/cancel", content_type="application/json", headers=headers)
    answers = [client.get(path, headers=headers), cancel]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(404, "no_such_bounty")] * 2
    assert client.get("/v1/bounties", headers=headers).json()["data"] == []


def test_a_list_goes_on_where_it_stopped(client: Client) -> None:
    key = sign_up(client)["key"]
    posted = [post(client, key, wish(), once=f"n{number}").json()["id"] for number in range(5)]
    first = client.get("/v1/bounties?limit=3", headers=bearer(key)).json()
    second = client.get(f"/v1/bounties?limit=3&cursor={first['next']}", headers=bearer(key)).json()
    link = client.get("/v1/bounties?limit=3&status=open", headers=bearer(key)).headers["Link"]
    followed = client.get(link.partition(">")[0][1:], headers=bearer(key))
    assert (link.partition("; ")[2], followed.json(), "Link" in followed.headers) == ('rel="next"', second, False)
    assert [each["id"] for each in first["data"] + second["data"]] == posted[::-1]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"reward": 2.5}, "invalid_amount", "/reward"),
        ({"rewards": "1.00"}, "unknown_field", "/rewards"),
        ({"title": None}, "missing_field", "/title"),
        ({"place": {"lat": 91, "lng": 0, "radius_m": 60}}, "invalid_place", "/place/lat"),
        ({"slots": 0}, "invalid_field", "/slots"),
        ({"reward": "0.01"}, "reward_out_of_bounds", "/reward"),
    ],
)
def test_what_is_wrong_is_named_with_its_field_and_how_to_mend_it(
    client: Client, change: dict[str, Any], code: str, param: str
) -> None:
    key = sign_up(client)["key"]
    response = post(client, key, wish(**change))
    problem = response.json()
    assert (response.status_code, problem["code"], problem["param"]) == (422, code, param)
    assert response.headers["Content-Type"] == "application/problem+json"
    assert problem["fix"]
    assert problem["request_id"] == response.headers["X-Request-Id"]
    assert client.get("/v1/balance", headers=bearer(key)).json()["held"] == "0.00"


def test_more_than_the_balance_is_refused_with_402(client: Client) -> None:
    key = sign_up(client)["key"]
    response = post(client, key, wish(reward="950.00"))
    assert (response.status_code, response.json()["code"]) == (402, "insufficient_funds")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "not_authenticated"),
        ({"Authorization": "Bearer sl_test_nonsense"}, "invalid_key"),
        ({"Authorization": "Basic abc"}, "invalid_key"),
    ],
)
def test_without_a_good_key_nothing_is_told(client: Client, headers: dict[str, str], code: str) -> None:
    response = client.get("/v1/account", headers=headers)
    assert (response.status_code, response.json()["code"]) == (401, code)
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_request_that_makes_something_needs_an_idempotency_key(client: Client) -> None:
    key = sign_up(client)["key"]
    response = client.post("/v1/bounties", wish(), content_type="application/json", headers=bearer(key))
    assert (response.status_code, response.json()["code"]) == (400, "idempotency_key_missing")


def test_every_answer_tells_what_is_left_of_the_allowance(client: Client) -> None:
    response = client.get("/v1/balance", headers=bearer(sign_up(client)["key"]))
    assert response.headers["RateLimit-Policy"] == '"default";q=600;w=60'
    assert response.headers["RateLimit"].startswith('"default";r=599;t=')


@pytest.mark.django_db(transaction=True)
def test_a_dry_run_may_ask_for_a_simulation(client: Client) -> None:
    """Outside any transaction of a test: what locks a row has to bring one of its own."""
    key = sign_up(client)["key"]
    tried = {**wish(), "dry_run": True, "simulate": {"outcome": "good"}}
    response = client.post(
        "/v1/bounties", tried, content_type="application/json", headers=bearer(key) | {"Idempotency-Key": "1"}
    )
    assert (response.status_code, response.json()["dry_run"]) == (200, True), response.content
