"""A refusal that one call mends names that call, and the call mends it; what may be tried again says when."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agents_api.limits import Limit
from agents_api.views import money
from bounties import operations
from market.accounts.audit import CONSOLE
from market.accounts.operations.keys import issue_key
from market.ids import encode, new_id
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.agents_api.test_results import key_of, path_of
from tests.integration.bounties.story import REVIEW, Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(client: Client) -> str:
    return str(sign_up(client)["key"])


def call(client: Client, key: str, call: dict[str, Any], **headers: str) -> Any:
    """As a program would that follows what it is told."""
    words: dict[str, Any] = {"headers": bearer(key) | {"Idempotency-Key": str(new_id())} | headers}
    if call["method"] != "GET":
        words |= {"data": call.get("body", {}), "content_type": "application/json"}
    return getattr(client, call["method"].lower())(call["path"], **words)


def test_missing_money_is_mended_by_a_deposit_and_the_same_request(client: Client, key: str) -> None:
    body = wish(reward="950.001")
    refused = post(client, key, body)
    problem = refused.json()
    assert (refused.status_code, problem["facts"]["missing"]) == (402, "45.0011")
    assert problem["fix_call"] == {"method": "POST", "path": "/v1/deposits", "body": {"amount": "45.01"}}
    assert call(client, key, problem["fix_call"]).status_code == 201
    # With the same Idempotency-Key: what lacked only money was not kept.
    assert post(client, key, body).status_code == 201


@pytest.mark.parametrize(
    ("changes", "mended"),
    [
        ({"qestions": ["Open?"]}, "questions"),
        ({"place": {"lat": 1, "lng": 2, "radiusm": 60}}, "radius_m"),
        ({"questions": [{"text": "Open?", "tpye": "yes_no"}]}, "type"),
    ],
)
def test_a_misspelt_field_is_mended_by_its_name(client: Client, key: str, changes: dict[str, Any], mended: str) -> None:
    body = {name: value for name, value in wish().items() if name != mended} | changes
    problem = post(client, key, body).json()
    assert (problem["code"], problem["facts"]["nearest"]) == ("unknown_field", mended)
    assert call(client, key, problem["fix_call"]).status_code == 201


def batch(client: Client, key: str, wishes: list[Any], strategy: str) -> Any:
    body = {"strategy": strategy, "bounties": wishes}
    return call(client, key, {"method": "POST", "path": "/v1/bounties/batch", "body": body}).json()


def test_what_a_batch_refuses_is_mended_as_if_it_had_come_alone(client: Client, key: str) -> None:
    meant, dear = wish(), wish(reward="800.00")
    misspelt = {("rewards" if name == "reward" else name): value for name, value in meant.items()}
    wishes = [wish(reward="400.00"), misspelt, dear, "nonsense", wish(reward=2)]
    answered = batch(client, key, wishes, "best_effort")["data"]
    renaming, deposit, *no_calls = (each["problem"]["fix_call"] for each in answered[1:])
    assert no_calls == [None, None]
    assert renaming == {"method": "POST", "path": "/v1/bounties", "body": meant}
    assert call(client, key, renaming).status_code == 201
    # Of a thousand 560 were left for its 880; the one that was posted since needs some more.
    assert deposit == {"method": "POST", "path": "/v1/deposits", "body": {"amount": "320.00"}}
    for _ in range(2):
        assert call(client, key, deposit).status_code == 201
    assert post(client, key, dear).status_code == 201


def test_a_batch_of_which_only_names_were_wrong_is_mended_whole(client: Client, key: str) -> None:
    misspelt = [wish(), wish(place={"lat": 1, "lng": 2, "radiusm": 60})]
    misspelt.append({("tittle" if name == "title" else name): value for name, value in wish().items()})
    problem = batch(client, key, misspelt, "all_or_nothing")
    assert (problem["code"], [each["nearest"] for each in problem["facts"]["refusals"]]) == (
        "batch_refused",
        ["radius_m", "title"],
    )
    assert call(client, key, problem["fix_call"]).json()["posted"] == 3
    assert batch(client, key, [*misspelt, wish(reward=2)], "all_or_nothing")["fix_call"] is None


def test_a_field_like_none_other_is_not_guessed_at(client: Client, key: str) -> None:
    problem = post(client, key, wish(zzzzz=1)).json()
    assert (problem["code"], problem["fix_call"], problem.get("facts")) == ("unknown_field", None, None)


def test_a_name_that_stands_beside_the_right_one_is_not_put_over_it(client: Client, key: str) -> None:
    assert post(client, key, wish(rewards="1.00")).json()["fix_call"] is None


def test_a_caller_without_a_key_is_shown_the_way_to_one(client: Client) -> None:
    problem = client.get("/v1/balance").json()
    made = client.post(problem["fix_call"]["path"], problem["fix_call"]["body"], content_type="application/json")
    assert made.status_code == 201


@pytest.mark.parametrize("match", [None, '"9"'])
def test_a_change_of_no_or_another_version_is_mended_by_a_look(client: Client, key: str, match: str | None) -> None:
    path = f"/v1/bounties/{post(client, key, wish()).json()['id']}"
    headers = {} if match is None else {"If-Match": match}
    problem = call(client, key, {"method": "PATCH", "path": path, "body": {}}, **headers).json()
    assert problem["fix_call"] == {"method": "GET", "path": path}
    tag = call(client, key, problem["fix_call"]).headers["ETag"]
    mended = call(client, key, {"method": "PATCH", "path": path, "body": {"private_note": "x"}}, **{"If-Match": tag})
    assert mended.status_code == 200


def test_what_cannot_change_is_mended_by_cancelling(client: Client, key: str) -> None:
    path = f"/v1/bounties/{post(client, key, wish()).json()['id']}"
    problem = call(client, key, {"method": "PATCH", "path": path, "body": {"reward": "1.00"}}, **{"If-Match": "*"})
    assert call(client, key, problem.json()["fix_call"]).json()["status"] == "cancelled"


def test_a_wrong_state_is_mended_by_a_look_at_what_there_is(client: Client) -> None:
    story = Story(at=timezone.now())
    bounty = story.post()
    submission, key = story.handed_in(bounty, REVIEW), key_of(story.buyer)
    operations.reject(buyer=story.buyer, submission_id=submission.id, ground_code="not_shown", note="", at=story.at)
    refused = call(client, key, {"method": "POST", "path": path_of(submission) + "/accept"})
    assert refused.json()["code"] == "wrong_state"
    assert call(client, key, refused.json()["fix_call"]).json()["status"] == "rejected"
    funding = call(client, key, {"method": "POST", "path": f"/v1/bounties/{encode('bnt', bounty.id)}/fund"})
    assert call(client, key, funding.json()["fix_call"]).json()["id"] == encode("bnt", bounty.id)


def test_a_result_that_cannot_be_disputed_is_mended_by_a_look_at_it(client: Client) -> None:
    story = Story(at=timezone.now())
    submission, key = story.handed_in(story.post(), REVIEW), key_of(story.buyer)
    about = {"result": encode("sub", submission.id), "ground": "answer_wrong"}
    refused = call(client, key, {"method": "POST", "path": "/v1/disputes", "body": about}).json()
    assert (refused["code"], refused["fix_call"]["path"]) == ("wrong_state", path_of(submission))
    call(client, key, {"method": "POST", "path": path_of(submission) + "/accept"})
    assert call(client, key, {"method": "POST", "path": "/v1/disputes", "body": about}).status_code == 201
    again = call(client, key, {"method": "POST", "path": "/v1/disputes", "body": about}).json()
    assert again["code"] == "already_contested"
    assert len(call(client, key, again["fix_call"]).json()["data"]) == 1


@pytest.mark.parametrize(("outcome", "to"), [("good", "09:00:01"), ("no_show", "08:00:01")])
def test_a_scout_that_would_come_too_early_is_mended_by_the_clock(
    client: Client, key: str, outcome: str, to: str
) -> None:
    day = timezone.now().date() + timedelta(days=1)
    window = {"opens_at": f"{day}T09:00:00.25Z", "closes_at": f"{day}T12:00:00Z"}
    body = wish(window=window, simulate={"outcome": outcome})
    problem = post(client, key, body).json()
    assert problem["code"] == "simulation_too_early"
    assert problem["fix_call"] == {"method": "POST", "path": "/v1/test/clock", "body": {"to": f"{day}T{to}Z"}}
    assert call(client, key, problem["fix_call"]).status_code == 200
    assert post(client, key, body).status_code == 201


@pytest.mark.parametrize(
    ("method", "path", "found"),
    [
        ("GET", "/v1/bounties/bnt_01k6htzr9yfhx9tbjbdz58r79y", "/v1/bounties"),
        ("POST", "/v1/results/sub_01k6htzr9yfhx9tbjbdz58r79y/accept", "/v1/bounties"),
        ("GET", "/v1/disputes/dsp_01k6htzr9yfhx9tbjbdz58r79y", "/v1/disputes"),
        ("DELETE", "/v1/keys/key_01k6htzr9yfhx9tbjbdz58r79y", "/v1/keys"),
        ("GET", "/v1/webhook-endpoints/whk_01k6htzr9yfhx9tbjbdz58r79y", "/v1/webhook-endpoints"),
    ],
)
def test_what_is_not_there_is_mended_by_the_list_of_what_is(
    client: Client, key: str, method: str, path: str, found: str
) -> None:
    refused = call(client, key, {"method": method, "path": path})
    assert (refused.status_code, refused.json()["fix_call"]) == (404, {"method": "GET", "path": found})
    assert call(client, key, refused.json()["fix_call"]).status_code == 200


def test_a_link_that_leads_nowhere_is_mended_by_the_result_that_holds_new_ones(client: Client) -> None:
    story = Story(at=timezone.now())
    submission = story.handed_in(story.post(), REVIEW)
    problem = client.get(f"{path_of(submission)}/media?number=1&size=preview&until=1&key=x&signature=x").json()
    assert call(client, key_of(story.buyer), problem["fix_call"]).json()["object"] == "result"


def test_a_scout_that_has_nothing_to_do_is_mended_by_a_look_at_the_bounty(client: Client, key: str) -> None:
    bounty = f"bounties/{post(client, key, wish()).json()['id']}"
    call(client, key, {"method": "POST", "path": f"/v1/{bounty}/cancel"})
    send = {"method": "POST", "path": f"/v1/test/{bounty}/simulate", "body": {"outcome": "good"}}
    problem = call(client, key, send).json()
    assert (problem["code"], problem["fix_call"]["path"]) == ("nothing_to_simulate", f"/v1/{bounty}")
    waiting = post(client, key, wish(title="Is anybody at home?", simulate={"outcome": "good"}), once="other").json()
    assert (waiting["code"], waiting["fix_call"]) == ("nothing_to_simulate", None)


def test_everything_that_is_missing_is_named_at_once(client: Client, key: str) -> None:
    problem = post(client, key, {"title": "Open?"}).json()
    assert (problem["code"], problem["param"]) == ("missing_field", "/questions")
    assert problem["facts"] == {"missing": ["questions", "place", "window", "reward"]}
    assert problem["detail"] == "`questions`, `place`, `window` and `reward` are missing."


def test_a_cap_says_how_much_is_left_and_when_there_is_more(client: Client) -> None:
    story = Story(at=timezone.now())
    for window, again in (("day", True), ("month", True), ("call", False)):
        cap = 2_000_000 if window == "call" else 3_000_000
        caps: dict[str, Any] = {f"per_{window}_micros": cap}
        key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now(), **caps).text
        if again:
            assert post(client, key, wish(), once=f"{window}-1").status_code == 201
        response = post(client, key, wish(), once=f"{window}-2")
        problem = response.json()
        assert (response.status_code, problem["code"], problem["facts"]["window"]) == (
            402,
            "spending_limit_reached",
            window,
        )
        assert (problem["facts"]["limit"], problem["facts"]["asked"]) == (f"{cap // 1_000_000}.00", "2.75")
        assert problem["retryable"] is again
        assert (problem["retry_after"] is not None) is again
        assert ("Retry-After" in response.headers) is again


def test_every_answer_that_may_be_tried_again_says_when(
    client: Client, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(money.Balance, "limit", Limit("default", calls=1, window=timedelta(minutes=1)))
    client.get("/v1/balance", headers=bearer(key))
    response = client.get("/v1/balance", headers=bearer(key))
    problem = response.json()
    assert (response.status_code, problem["code"], problem["retryable"]) == (429, "too_many_calls", True)
    assert 0 < problem["retry_after"] == int(response.headers["Retry-After"]) <= 60
    assert response.headers["RateLimit-Policy"] == '"default";q=1;w=60'
    assert response.headers["RateLimit"].startswith('"default";r=0;t=')
