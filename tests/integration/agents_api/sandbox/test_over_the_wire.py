"""Asking for a simulated scout over the wire: by a call of its own, and with the bounty."""

from typing import Any

import pytest
from django.test import Client

from agents_api import limits
from agents_api.limits import Limit
from agents_api.sandbox.models import Simulation
from agents_api.sandbox.outcomes import EXPECT, Outcome
from market.accounts.audit import CONSOLE
from market.accounts.operations.keys import issue_key
from tests.integration.agents_api.sandbox.steps import work_off
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.agents_api.test_results import key_of
from tests.integration.bounties.story import Story

pytestmark = pytest.mark.django_db


def send(client: Client, key: str, bounty_id: str, body: dict[str, Any], *, once: str = "send") -> Any:
    headers = bearer(key) | {"Idempotency-Key": once}
    path = f"/v1/test/bounties/{bounty_id}/simulate"
    return client.post(path, body, content_type="application/json", headers=headers)


def test_the_loop_of_an_agent_that_has_only_the_address(client: Client) -> None:
    key = sign_up(client)["key"]
    posted = post(client, key, wish(simulate={"outcome": "good"}))
    assert posted.status_code == 201, posted.content
    bounty = posted.json()
    assert bounty["simulation"]["expect"] == EXPECT[Outcome.GOOD]
    assert (bounty["free_slots"], bounty["version"]) == (0, 2)
    assert bounty["next_action"] == bounty["simulation"]["next_action"]
    work_off()
    waited = client.get(bounty["next_action"]["call"]["path"], headers=bearer(key)).json()
    assert waited["next_action"]["do"] == "review"
    result = client.get(waited["next_action"]["call"]["path"], headers=bearer(key)).json()
    accept = result["next_action"]["call"]["path"]
    headers = bearer(key) | {"Idempotency-Key": "accept"}
    accepted = client.post(accept, {}, content_type="application/json", headers=headers).json()
    assert accepted["status"] == "accepted"
    assert client.get(f"/v1/bounties/{bounty['id']}", headers=bearer(key)).json()["status"] == "completed"


def test_a_call_of_its_own_says_what_to_expect_and_what_to_wait_for(client: Client) -> None:
    key = sign_up(client)["key"]
    bounty = post(client, key, wish()).json()
    answer = send(client, key, bounty["id"], {"outcome": "wrong_place"})
    told = answer.json()
    assert (answer.status_code, told["object"], told["outcome"]) == (202, "simulation", "wrong_place")
    assert told["bounty"] == bounty["id"]
    assert send(client, key, bounty["id"], {"outcome": "wrong_place"}).content == answer.content
    assert Simulation.objects.count() == 1
    work_off()
    listed = client.get(f"/v1/bounties/{bounty['id']}/results", headers=bearer(key)).json()["data"]
    assert [(each["status"], each["rejected_for"][0]["code"]) for each in listed] == [("rejected", "geofence")]


def test_for_one_who_never_comes_the_clock_is_offered_and_ends_the_claim(client: Client) -> None:
    key = sign_up(client)["key"]
    bounty = post(client, key, wish(simulate={"outcome": "no_show"})).json()
    sooner = bounty["next_action"]["or"]
    headers = bearer(key) | {"Idempotency-Key": "clock"}
    moved = client.post(sooner["path"], sooner["body"], content_type="application/json", headers=headers)
    assert moved.status_code == 200, moved.content
    assert client.get(bounty["next_action"]["call"]["path"], headers=bearer(key)).json()["free_slots"] == 1


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "/outcome"),
        ({"outcome": "lucky"}, "invalid_field", "/outcome"),
        ({"outcome": "good", "speed": 2}, "unknown_field", "/speed"),
    ],
)
def test_what_is_misspelt_is_told_by_name(client: Client, body: dict[str, Any], code: str, param: str) -> None:
    key = sign_up(client)["key"]
    bounty = post(client, key, wish()).json()
    refused = send(client, key, bounty["id"], body)
    assert (refused.status_code, refused.json()["code"], refused.json()["param"]) == (422, code, param)
    with_bounty = post(client, key, wish(simulate=body), once="second").json()
    assert (with_bounty["code"], with_bounty["param"]) == (code, f"/simulate{param}")


def test_what_cannot_be_simulated_is_not_posted_either(client: Client) -> None:
    key = sign_up(client)["key"]
    refused = post(client, key, wish(least_reputation=90, simulate={"outcome": "good"}))
    assert (refused.status_code, refused.json()["code"]) == (403, "reputation_too_low")
    assert client.get("/v1/bounties", headers=bearer(key)).json()["data"] == []
    assert client.get("/v1/balance", headers=bearer(key)).json()["held"] == "0.00"


def test_another_agents_bounty_does_not_exist(client: Client) -> None:
    bounty = post(client, sign_up(client)["key"], wish()).json()
    refused = send(client, sign_up(client)["key"], bounty["id"], {"outcome": "good"})
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_bounty")


def test_a_key_that_may_only_read_sends_nobody(client: Client, story: Story) -> None:
    bounty = post(client, key_of(story.buyer), wish()).json()
    key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=story.at, scopes=["read"]).text
    refused = send(client, key, bounty["id"], {"outcome": "good"})
    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")


def test_scouts_are_counted_by_the_hour(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SIMULATE", Limit("simulate", calls=1, window=limits.SIMULATE.window))
    key = sign_up(client)["key"]
    bounty = post(client, key, wish(slots=3, simulate={"outcome": "no_show"})).json()
    refused = send(client, key, bounty["id"], {"outcome": "good"})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_calls")
    assert Simulation.objects.count() == 1
