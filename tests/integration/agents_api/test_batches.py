"""Many bounties in one call, and one that is only tried: what is held, what is answered, what it costs."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bounties.models import Bounty, Slot
from market.accounts.audit import CONSOLE
from market.accounts.operations.keys import issue_key
from market.events.models import Event
from market.ids import new_id
from market.ledger.models import Entry
from tests.integration.agents_api.counting import questions
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.bounties.story import Story, check_always

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(client: Client) -> str:
    return str(sign_up(client)["key"])


def send(client: Client, key: str, wishes: list[Any], strategy: str = "all_or_nothing", *, once: str = "") -> Any:
    headers = bearer(key) | {"Idempotency-Key": once or str(new_id())}
    body = {"strategy": strategy, "bounties": wishes}
    return client.post("/v1/bounties/batch", body, content_type="application/json", headers=headers)


def held(client: Client, key: str) -> str:
    return str(client.get("/v1/balance", headers=bearer(key)).json()["held"])


def outcomes(response: Any) -> list[str]:
    return [each["bounty"]["status"] if each["bounty"] else each["problem"]["code"] for each in response.json()["data"]]


def test_all_of_a_batch_are_posted_each_with_its_answer(client: Client, key: str) -> None:
    response = send(client, key, [wish(title=f"Is shop {number} open?") for number in range(5)])
    assert response.status_code == 201, response.content
    answer = response.json()
    assert (answer["posted"], answer["refused"], held(client, key)) == (5, 0, "13.75")
    assert [(each["index"], each["status"], each["bounty"]["title"]) for each in answer["data"]] == [
        (number, 201, f"Is shop {number} open?") for number in range(5)
    ]
    one = answer["data"][3]["bounty"]
    assert client.get(f"/v1/bounties/{one['id']}", headers=bearer(key)).json() == one
    told = client.get("/v1/events", headers=bearer(key)).json()["data"]
    assert [each["data"]["bounty"] for each in told] == [each["bounty"]["id"] for each in answer["data"]]


def test_of_all_or_nothing_one_bad_wish_leaves_nothing_and_all_bad_ones_are_named(client: Client, key: str) -> None:
    bad = [wish(), wish(reward=2), wish(title="Follow her home"), wish(place={"lat": 1, "lng": 2, "radius": 3})]
    response = send(client, key, bad)
    problem = response.json()
    assert (response.status_code, problem["code"], problem["param"]) == (422, "batch_refused", "/bounties/1/reward")
    assert [(each["index"], each["code"], each["param"]) for each in problem["facts"]["refusals"]] == [
        (1, "invalid_amount", "/bounties/1/reward"),
        (2, "refused_by_screening", "/bounties/2/title"),
        (3, "unknown_field", "/bounties/3/place/radius"),
    ]
    assert Bounty.objects.count() == Event.objects.count() == 0
    assert held(client, key) == "0.00"


def test_best_effort_posts_the_others_and_answers_each(client: Client, key: str) -> None:
    mixed = [wish(), "nonsense", wish(rewards="1.00"), wish(title="Is anybody at home?"), wish()]
    response = send(client, key, mixed, "best_effort")
    assert (response.status_code, outcomes(response)) == (
        200,
        ["open", "invalid_field", "unknown_field", "screening", "open"],
    )
    problems = [each["problem"] for each in response.json()["data"] if each["problem"]]
    assert [each["param"] for each in problems] == ["/bounties/1", "/bounties/2/rewards"]
    assert "`reward`" in problems[1]["detail"]
    assert all(each["fix"] and each["type"] for each in problems)
    assert held(client, key) == "5.50"


def test_too_little_money_stops_all_or_is_used_up_in_order(client: Client, key: str) -> None:
    dear = [wish(reward="400.00"), wish(reward="800.00"), wish(reward="400.00"), wish(reward="400.00"), wish()]
    refused = send(client, key, dear)
    assert (refused.status_code, refused.json()["code"], held(client, key)) == (402, "insufficient_funds", "0.00")
    response = send(client, key, dear, "best_effort")
    assert outcomes(response) == ["open", "insufficient_funds", "open", "insufficient_funds", "open"]
    assert response.json()["data"][1]["problem"]["param"] == "/bounties/1"
    assert held(client, key) == "882.75"


def test_what_a_key_may_spend_is_kept_by_a_batch_as_one_call(client: Client) -> None:
    story = Story(at=timezone.now())
    words = {"account_id": story.buyer.id, "by": CONSOLE, "at": timezone.now()}
    for cap, fitting in (("per_call_micros", 2), ("per_day_micros", 2), ("per_month_micros", 2)):
        key = issue_key(**words, **{cap: 6_000_000}).text  # type: ignore[arg-type]
        assert send(client, key, [wish()] * 4).json()["code"] == "spending_limit_reached"
        answered = outcomes(send(client, key, [wish()] * 4, "best_effort"))
        assert answered == ["open"] * fitting + ["spending_limit_reached"] * (4 - fitting)
    check_always(story)


def test_a_batch_is_posted_once(client: Client, key: str) -> None:
    wishes = [wish(), wish()]
    first, again = (send(client, key, wishes, once="a") for _ in range(2))
    assert (first.content, again.headers["Idempotent-Replayed"]) == (again.content, "true")
    assert Bounty.objects.count() == 2


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"bounties": []}, "/strategy"),
        ({"strategy": "all_or_nothing"}, "/bounties"),
        ({"strategy": "some", "bounties": [{}]}, "/strategy"),
        ({"strategy": "best_effort", "bounties": []}, "/bounties"),
        ({"strategy": "best_effort", "bounties": {}}, "/bounties"),
        ({"strategy": "best_effort", "bounties": [{}] * 501}, "/bounties"),
        ({"strategy": "best_effort", "bounties": [{}], "bounty": {}}, "/bounty"),
    ],
)
def test_a_batch_that_is_none_is_refused(client: Client, key: str, body: dict[str, Any], param: str) -> None:
    headers = bearer(key) | {"Idempotency-Key": "a"}
    response = client.post("/v1/bounties/batch", body, content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["param"]) == (422, param)


def test_more_slots_than_one_call_takes_are_refused(client: Client, key: str) -> None:
    response = send(client, key, [wish(slots=1_000, reward="0.05")] * 11, "best_effort")
    assert (response.status_code, response.json()["code"]) == (422, "batch_too_large")


@pytest.mark.parametrize("strategy", ["all_or_nothing", "best_effort"])
def test_five_hundred_cost_as_many_questions_as_one(client: Client, strategy: str) -> None:
    """And one hold: the buyer's balance moves once, whatever the number."""
    counted = {}
    for number in (1, 500):
        key = sign_up(client)["key"]
        headers = bearer(key) | {"Idempotency-Key": "money"}
        client.post("/v1/deposits", {"amount": "1000.00"}, content_type="application/json", headers=headers)
        with questions() as asked:
            assert send(client, key, [wish()] * number, strategy).json()["posted"] == number
        counted[number] = len(asked)
    assert counted[500] == counted[1] <= 10
    assert (Bounty.objects.count(), Slot.objects.count()) == (501, 501)


def test_a_batch_that_is_partly_too_dear_is_not_posted_one_by_one(client: Client, key: str) -> None:
    with questions() as asked:
        answered = outcomes(send(client, key, [wish(reward="20.00")] * 100, "best_effort"))
    assert answered == ["open"] * 45 + ["insufficient_funds"] * 55
    assert len(asked) <= 12


# --- only tried -------------------------------------------------------------------------------------------------------


def test_a_dry_run_answers_what_would_be_and_leaves_nothing(client: Client, key: str) -> None:
    entries, body = Entry.objects.count(), wish(slots=2)
    tried = post(client, key, body | {"dry_run": True})
    assert (tried.status_code, tried.json()["id"], tried.json()["dry_run"]) == (200, None, True)
    assert (tried.json()["status"], tried.json()["total"]) == ("open", "5.50")
    assert Bounty.objects.count() == Slot.objects.count() == Event.objects.count() == 0
    assert (Entry.objects.count(), held(client, key)) == (entries, "0.00")
    call = tried.json()["next_action"]["call"]
    # The same key may be used for the real one: nothing was kept under it.
    assert post(client, key, call["body"]).status_code == 201
    assert call["path"] == "/v1/bounties"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"reward": "950.00"}, 402, "insufficient_funds"),
        ({"title": "Follow her home"}, 403, "refused_by_screening"),
        ({"slots": 0}, 422, "invalid_field"),
        ({"dryrun": True}, 422, "unknown_field"),
        ({"dry_run": "yes"}, 422, "invalid_field"),
    ],
)
def test_a_dry_run_is_refused_like_the_real_one(
    client: Client, key: str, changes: dict[str, Any], status: int, code: str
) -> None:
    tried = post(client, key, wish(**({"dry_run": True} | changes)))
    assert (tried.status_code, tried.json()["code"]) == (status, code)


def test_with_dry_run_false_it_is_posted(client: Client, key: str) -> None:
    assert post(client, key, wish(dry_run=False)).status_code == 201
