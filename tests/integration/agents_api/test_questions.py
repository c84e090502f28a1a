"""How many questions a request asks of the database: a few, the same for one thing and for many.

A call's own count against its allowance is one of them, and the ledger's statement another.
"""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bounties import operations
from market.accounts import authentication
from market.accounts.audit import CONSOLE
from market.accounts.models import Agent, ApiKey
from market.accounts.operations.keys import issue_key
from market.ids import encode, new_id
from market.payments.deposits import make_deposit
from market.webhooks import operations as webhooks
from tests.integration.agents_api.counting import questions
from tests.integration.agents_api.everywhere import ABOUT_A_THING, COLLECTIONS, EVERY, Address
from tests.integration.agents_api.test_first_steps import bearer, wish
from tests.integration.agents_api.test_results import key_of
from tests.integration.bounties.story import ACCEPTED, REVIEW, Story

pytestmark = pytest.mark.django_db

MOST_TO_GET, MOST_TO_LIST, MOST_TO_POST = 3, 4, 10


class Owned:
    """An agent with everything, and as much of it as wanted."""

    def __init__(self, many: int = 1) -> None:
        self.story = Story(at=timezone.now())
        buyer = self.story.buyer
        self.bounty = self.story.post(slots=2 * many + 2)
        self.undisputed = self.story.handed_in(self.bounty, ACCEPTED, self.story.new_scout())
        for _ in range(many):
            self.accepted = self.story.handed_in(self.bounty, ACCEPTED, self.story.new_scout())
            self.result = self.story.handed_in(self.bounty, REVIEW, self.story.new_scout())
            self.deposit = make_deposit(agent=buyer, amount_micros=1_000_000, at=self.story.at).id
            self.other_key = issue_key(account_id=buyer.id, by=CONSOLE, at=self.story.at).key
            self.free_bounty = self.story.post()
            self.dispute = operations.dispute(
                buyer=buyer, submission_id=self.accepted.id, ground_code="answer_wrong", note="Shut.", at=self.story.at
            )
            self.endpoint = webhooks.create(account=buyer, url="https://agent.example.com/", at=self.story.at)
            self.delivery = webhooks.send_test(account=buyer, endpoint_id=self.endpoint.id, at=self.story.at)
        Agent.objects.create(account=buyer, name="Bot", claim_hash=buyer.id.bytes * 2)
        self.key = key_of(buyer)

    def ids(self) -> dict[str, str]:
        return {
            "bounty_id": encode("bnt", self.bounty.id),
            "result_id": encode("sub", self.result.id),
            "key_id": encode("key", self.other_key.id),
            "deposit_id": encode("dep", self.deposit),
            "dispute_id": encode("dsp", self.dispute.id),
            "webhook_endpoint_id": encode("whk", self.endpoint.id),
        }


# A picture is behind a signed link: see test_media.
SIGNED = {"GET /v1/results/<str:result_id>/media"}


def reads(among: list[Address]) -> list[Address]:
    return [each for each in among if each.method == "GET" and str(each) not in SIGNED]


@pytest.mark.parametrize("address", reads(ABOUT_A_THING), ids=str)
def test_looking_at_a_thing_asks_a_few_questions(client: Client, address: Address) -> None:
    owned = Owned()
    path, headers = address.path(owned.ids()), bearer(owned.key)
    # A key that was not seen lately costs one read more, and once a minute one write of when it was used.
    response = client.get(path, headers=headers)
    assert response.status_code == 200, response.content
    with questions() as asked:
        client.get(path, headers=headers)
    assert len(asked) <= (MOST_TO_LIST if "data" in response.json() else MOST_TO_GET), asked


def test_reading_a_bounty_is_one_question_and_posting_one_is_two_without_a_transaction(client: Client) -> None:
    owned = Owned()
    path, headers = f"/v1/bounties/{owned.ids()['bounty_id']}", bearer(owned.key)
    client.get(path, headers=headers)
    with questions() as asked:
        client.get(path, headers=headers)
    assert len(asked) == 1, asked
    once = headers | {"Idempotency-Key": str(new_id())}
    with CaptureQueriesContext(connection) as everything, questions() as asked:
        posted = client.post("/v1/bounties", wish(), "application/json", headers=once)
    assert posted.status_code == 201, posted.content
    assert len(asked) == len(everything) == 2, asked  # count and turn; money, bounty, slots, event, kept answer


def test_a_key_that_must_be_read_again_is_read_with_the_count_and_what_the_call_reads(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned = Owned()
    path, headers = f"/v1/bounties/{owned.ids()['bounty_id']}", bearer(owned.key)
    client.get(path, headers=headers)
    monkeypatch.setattr(authentication, "FRESH_SECONDS", 0.0)
    with questions() as asked:
        answer = client.get(path, headers=headers)
    assert len(asked) == 1, asked
    assert answer.json()["id"] == owned.ids()["bounty_id"]
    before = _left(answer)
    assert _left(client.get(path, headers=headers)) == before - 1
    # A wrong secret counts nobody's calls, and a right one no more than any other way.
    key_id, secret = owned.key.rsplit("_", 1)
    assert client.get(path, headers=bearer(f"{key_id}_{secret[::-1]}")).status_code == 401
    assert _left(client.get("/v1/account", headers=headers)) == before - 2
    assert client.get(f"/v1/bounties/{encode('bnt', new_id())}", headers=headers).status_code == 404
    ApiKey.objects.filter(account_id=owned.story.buyer.id).update(revoked_at=timezone.now())  # as another process would
    refused = client.get(path, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (401, "key_revoked")


def _left(answer: Any) -> int:
    return int(answer.headers["RateLimit"].split(";r=")[1].split(";")[0])


@pytest.mark.parametrize("address", [*COLLECTIONS, Address("GET", "bounties/<str:bounty_id>/results")], ids=str)
def test_a_list_asks_as_few_questions_for_many_as_for_one(client: Client, address: Address) -> None:
    counted = []
    for many in (1, 5):
        owned = Owned(many)
        path, headers = address.path(owned.ids()), bearer(owned.key)
        client.get(path, headers=headers)
        with questions() as asked:
            response = client.get(path, headers=headers)
        assert response.status_code == 200, response.content
        if "application/json" in response.headers["Content-Type"] and "data" in response.json():
            assert len(response.json()["data"]) >= many
        counted.append(len(asked))
    assert counted[1] <= counted[0] <= MOST_TO_LIST


# What each call is sent, so that it does something.
CALLS: dict[str, Callable[[Owned], dict[str, Any]]] = {
    "POST /v1/agents": lambda owned: {"name": "Bot"},
    "POST /v1/deposits": lambda owned: {"amount": "5.00"},
    "POST /v1/test/clock": lambda owned: {"advance_seconds": 1},
    "POST /v1/keys": lambda owned: {"scopes": ["read"]},
    "DELETE /v1/keys/<str:key_id>": lambda owned: {},
    "POST /v1/keys/<str:key_id>/rotate": lambda owned: {},
    "POST /v1/quotes": lambda owned: wish(),
    "POST /v1/bounties": lambda owned: wish(),
    "POST /v1/bounties/batch": lambda owned: {"strategy": "all_or_nothing", "bounties": [wish()] * 20},
    "PATCH /v1/bounties/<str:bounty_id>": lambda owned: {"private_note": "x"},
    "POST /v1/results/<str:result_id>/reject": lambda owned: {"ground": "not_shown", "note": "Only the sky."},
    "POST /v1/disputes": lambda owned: {"result": encode("sub", owned.undisputed.id), "ground": "answer_wrong"},
    "POST /v1/disputes/<str:dispute_id>/messages": lambda owned: {"text": "Look."},
    "POST /v1/webhook-endpoints": lambda owned: {"url": "https://agent.example.com/hook"},
    "POST /v1/webhook-endpoints/<str:webhook_endpoint_id>/redeliver": lambda owned: {
        "delivery": encode("whd", owned.delivery.id)
    },
}
# Much happens below these: a claim, a slot, an award, a dispute. Their count is held, and is no longer than this.
MORE = {
    "POST /v1/agents": 11,
    "POST /v1/bounties/<str:bounty_id>/cancel": 11,
    "POST /v1/results/<str:result_id>/accept": 14,
    "POST /v1/results/<str:result_id>/reject": 13,
    "POST /v1/disputes/<str:dispute_id>/messages": 11,
}
# A simulated scout goes through all that a person does; a bounty that waits for money takes a story to make.
ELSEWHERE = {"POST /v1/test/bounties/<str:bounty_id>/simulate", "POST /v1/bounties/<str:bounty_id>/fund"}
WRITES = [each for each in EVERY if each.method in ("POST", "PATCH", "DELETE") and str(each) not in ELSEWHERE]


@pytest.mark.parametrize("address", WRITES, ids=str)
def test_a_call_that_changes_something_asks_a_counted_number_of_questions(client: Client, address: Address) -> None:
    owned = Owned()
    path = address.path(owned.ids())
    headers = bearer(owned.key) | {"Idempotency-Key": str(new_id()), "If-Match": "*"}
    client.get("/v1/balance", headers=headers)
    body = CALLS[str(address)](owned) if str(address) in CALLS else {}
    with questions() as asked:
        send = getattr(client, address.method.lower())
        response = send(path, body, content_type="application/json", headers=headers)
    assert response.status_code in (200, 201, 202), response.content
    assert len(asked) <= MORE.get(str(address), MOST_TO_POST), "\n".join(asked)
