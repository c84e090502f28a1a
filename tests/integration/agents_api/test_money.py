"""An agent's money over the wire: what moved it adds up to what is there, and play money comes when it is asked for."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bounties import operations
from bounties.policies.disputes import Ruling
from market.accounts.audit import CONSOLE
from market.accounts.models import Account
from market.accounts.operations.keys import issue_key
from market.ids import encode, new_id
from market.ledger.models import Entry
from market.money import format_micros, parse
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.agents_api.test_results import key_of
from tests.integration.bounties.story import ACCEPTED, REVIEW, Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    return Story(at=timezone.now())


def read(client: Client, key: str, query: str = "") -> dict[str, Any]:
    response = client.get(f"/v1/ledger{query}", headers=bearer(key))
    assert response.status_code == 200, response.content
    return dict(response.json())


def deposit(client: Client, key: str, body: dict[str, Any], *, once: str = "") -> Any:
    headers = bearer(key) | {"Idempotency-Key": once or str(new_id())}
    return client.post("/v1/deposits", body, content_type="application/json", headers=headers)


def added_up(entries: list[dict[str, Any]]) -> dict[str, str]:
    return {name: format_micros(sum(parse(each[name]) for each in entries)) for name in ("available", "held")}


def lived(story: Story) -> None:
    """A life with everything in it that moves a buyer's money."""
    accepted, blocked, cancelled, contested = (story.post(slots=2) for _ in range(4))
    story.handed_in(accepted, ACCEPTED)
    story.handed_in(blocked, ACCEPTED, blocked="not_there", answers=[])
    contested_one = story.handed_in(contested, ACCEPTED)
    operations.cancel(buyer=story.buyer, bounty_id=cancelled.id, at=story.at)
    dispute = operations.dispute(
        buyer=story.buyer, submission_id=contested_one.id, ground_code="answer_wrong", note="It was shut.", at=story.at
    )
    operations.rule(
        operator=story.operator, dispute_id=dispute.id, ruling=Ruling.FOR_BUYER, reason="It was shut.", at=story.at
    )


def test_what_moved_adds_up_to_the_balance(client: Client, story: Story) -> None:
    lived(story)
    key = key_of(story.buyer)
    entries = read(client, key, "?limit=100")["data"]
    kinds = {each["kind"] for each in entries}
    assert kinds == {"faucet", "hold", "award", "blocked_award", "release", "ruling_for_buyer"}
    balance = client.get("/v1/balance", headers=bearer(key)).json()
    assert added_up(entries) == {name: balance[name] for name in ("available", "held")}


def test_every_entry_of_a_bounty_names_it_and_is_found_by_it(client: Client, story: Story) -> None:
    lived(story)
    key = key_of(story.buyer)
    entries = [each for each in read(client, key, "?limit=100")["data"] if each["kind"] != "faucet"]
    bounties = {each["bounty"] for each in entries}
    assert len(bounties) == 4
    for bounty in bounties:
        assert read(client, key, f"?bounty={bounty}")["data"] == [each for each in entries if each["bounty"] == bounty]


def test_entries_of_one_kind_are_found(client: Client, story: Story) -> None:
    lived(story)
    key = key_of(story.buyer)
    assert [each["kind"] for each in read(client, key, "?kind=hold")["data"]] == ["hold"] * 4
    bounty = read(client, key, "?kind=ruling_for_buyer")["data"][0]["bounty"]
    assert [each["kind"] for each in read(client, key, f"?kind=award&bounty={bounty}")["data"]] == ["award"]
    refused = client.get("/v1/ledger?kind=settle", headers=bearer(key))
    assert (refused.status_code, refused.json()["param"]) == (422, "/kind")


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_leave_nothing_out_and_repeat_nothing(client: Client, story: Story, limit: int) -> None:
    lived(story)
    key = key_of(story.buyer)
    whole = read(client, key, "?limit=100")["data"]
    seen: list[dict[str, Any]] = []
    following: str | None = ""
    while following is not None:
        page = read(client, key, f"?limit={limit}&cursor={following}")
        assert len(page["data"]) <= limit
        seen, following = seen + page["data"], page["next"]
    assert seen == whole
    assert [each["id"] for each in whole] == sorted((each["id"] for each in whole), reverse=True)


def test_nobody_elses_money_is_told(client: Client, story: Story) -> None:
    bounty = story.post()
    key = key_of(story.other_buyer)
    assert [each["kind"] for each in read(client, key)["data"]] == ["faucet"]
    refused = client.get(f"/v1/ledger?bounty={encode('bnt', bounty.id)}", headers=bearer(key))
    assert (refused.status_code, refused.json()["code"]) == (404, "no_such_bounty")


def test_a_scouts_money_is_not_in_a_buyers_ledger(client: Client, story: Story) -> None:
    story.handed_in(story.post(), REVIEW)
    story.wait(days=30)
    entries = read(client, key_of(story.buyer))["data"]
    assert [(each["kind"], each["available"], each["held"]) for each in entries] == [
        ("award", "0.00", "-2.75"),
        ("hold", "-2.75", "2.75"),
        ("faucet", "1000.00", "0.00"),
    ]


@pytest.mark.parametrize("query", ["", "?bounty={bounty}", "?kind=award", "?limit=1"])
def test_a_page_costs_the_same_few_questions_whatever_its_length(
    client: Client, story: Story, django_assert_max_num_queries: Any, query: str
) -> None:
    lived(story)
    key, bounty = key_of(story.buyer), encode("bnt", story.post().id)
    read(client, key)
    with django_assert_max_num_queries(4):
        read(client, key, query.format(bounty=bounty))


# --- deposits --------------------------------------------------------------------------------------------------------


def test_play_money_is_there_at_once_and_once(client: Client) -> None:
    key = sign_up(client)["key"]
    first, again = (deposit(client, key, {"amount": "250.00"}, once="a") for _ in range(2))
    assert (first.status_code, first.json()["status"], first.json()["checkout_url"]) == (201, "succeeded", None)
    assert again.json() == first.json()
    assert client.get("/v1/balance", headers=bearer(key)).json()["available"] == "1250.00"
    assert client.get(f"/v1/deposits/{first.json()['id']}", headers=bearer(key)).json() == first.json()
    entries = read(client, key)["data"]
    assert (entries[0]["kind"], entries[0]["deposit"]) == ("faucet", first.json()["id"])


@pytest.mark.parametrize(
    ("body", "code", "param"),
    [
        ({}, "missing_field", "/amount"),
        ({"amount": 5}, "invalid_amount", "/amount"),
        ({"amount": "0.00"}, "grant_out_of_bounds", "/amount"),
        ({"amount": "-5.00"}, "grant_out_of_bounds", "/amount"),
        ({"amount": "10000.01"}, "grant_out_of_bounds", "/amount"),
        ({"amount": "0.001"}, "not_whole_cents", "/amount"),
        ({"amount": "5.00", "currency": "eur"}, "unknown_currency", "/currency"),
        ({"amount": "5.00", "amounts": 1}, "unknown_field", "/amounts"),
    ],
)
def test_an_amount_that_is_none_is_refused(client: Client, body: dict[str, Any], code: str, param: str) -> None:
    response = deposit(client, sign_up(client)["key"], body)
    assert (response.status_code, response.json()["code"], response.json()["param"]) == (422, code, param)


def test_live_money_is_refused_in_words_and_nothing_is_written(client: Client) -> None:
    account = Account.objects.create(kind="agent", mode="live")
    key = issue_key(account_id=account.id, by=CONSOLE, at=timezone.now()).text
    response = deposit(client, key, {"amount": "5.00"})
    assert (response.status_code, response.json()["code"]) == (403, "live_deposits_closed")
    assert "Stripe" in response.json()["fix"]
    assert Entry.objects.count() == 0


def test_another_agents_deposit_does_not_exist(client: Client) -> None:
    theirs, mine = sign_up(client)["key"], sign_up(client)["key"]
    made = deposit(client, theirs, {"amount": "5.00"}).json()["id"]
    for each in (made, "dep_nonsense"):
        assert client.get(f"/v1/deposits/{each}", headers=bearer(mine)).json()["code"] == "no_such_deposit"


def test_without_the_scope_there_is_no_deposit(client: Client, story: Story) -> None:
    key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now(), scopes=["read", "post"]).text
    assert deposit(client, key, {"amount": "5.00"}).json()["code"] == "missing_scope"


def test_a_bounty_that_was_too_dear_can_be_posted_after_a_deposit(client: Client) -> None:
    key = sign_up(client)["key"]
    assert post(client, key, wish(reward="950.00", slots=1)).status_code == 402
    assert deposit(client, key, {"amount": "45.00"}).status_code == 201
    assert post(client, key, wish(reward="950.00"), once="second").status_code == 201
