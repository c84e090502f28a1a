"""What belongs to another agent does not exist: at every address, in every method, and live things least of all."""

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from django.utils import timezone

from bounties import operations
from bounties.models import Bounty, Claim, Dispute, DisputeMessage, Submission
from market.accounts.audit import CONSOLE
from market.accounts.models import Account, ApiKey
from market.accounts.operations.keys import issue_key
from market.ids import encode, new_id
from market.ledger import rules
from market.ledger.models import Entry
from market.ledger.operations import post
from market.ledger.postings import Book
from market.payments.deposits import make_deposit
from market.webhooks import operations as webhooks
from market.webhooks.models import Delivery, WebhookEndpoint
from tests.integration.agents_api.everywhere import ABOUT_A_THING, COLLECTIONS, Address
from tests.integration.agents_api.test_first_steps import bearer, sign_up
from tests.integration.bounties.story import ACCEPTED, REVIEW, Story

pytestmark = pytest.mark.django_db

# Where an empty body would be refused before anybody looks whose it is.
BODIES: dict[str, dict[str, Any]] = {
    "POST /v1/results/<str:result_id>/reject": {"ground": "not_shown", "note": "Only the sky."},
    "POST /v1/test/bounties/<str:bounty_id>/simulate": {"outcome": "good"},
    "PATCH /v1/bounties/<str:bounty_id>": {"private_note": "mine now"},
    "POST /v1/disputes/<str:dispute_id>/messages": {"text": "Mine."},
    "PATCH /v1/webhook-endpoints/<str:webhook_endpoint_id>": {"url": "https://thief.example.com/"},
    "POST /v1/webhook-endpoints/<str:webhook_endpoint_id>/redeliver": {"delivery": encode("whd", new_id())},
}
STAYS: tuple[type[Model], ...] = (Bounty, Submission, Claim, Dispute, DisputeMessage, WebhookEndpoint, Delivery, Entry)


def things_of(mode: str) -> dict[str, str]:
    """One of each kind that another agent has, by the name that the urlconf calls it by."""
    story = Story(at=timezone.now())
    owner, scout, other_scout = story.buyer, story.scout, story.other_scout
    if mode == "live":
        owner = Account.objects.create(kind="agent", mode="live")
        top_up = rules.top_up(book=Book("live"), agent_id=owner.id, payment="pi_1", amount_micros=100_000_000)
        post([top_up], at=story.at)
        scout, other_scout = story.new_scout(mode="live"), story.new_scout(mode="live")
    bounty = story.post(owner, slots=2)
    accepted = story.handed_in(bounty, ACCEPTED, scout)
    result = story.handed_in(bounty, REVIEW, other_scout)
    dispute = operations.dispute(
        buyer=owner, submission_id=accepted.id, ground_code="answer_wrong", note="It was shut.", at=story.at
    )
    key = issue_key(account_id=owner.id, by=CONSOLE, at=story.at).key
    endpoint = webhooks.create(account=owner, url="https://agent.example.com/", at=story.at)
    in_test = mode == "test"
    deposit = make_deposit(agent=owner, amount_micros=1_000_000, at=story.at).id if in_test else new_id()
    return {
        "bounty_id": encode("bnt", bounty.id),
        "result_id": encode("sub", result.id),
        "dispute_id": encode("dsp", dispute.id),
        "key_id": encode("key", key.id),
        "deposit_id": encode("dep", deposit),
        "webhook_endpoint_id": encode("whk", endpoint.id),
    }


def ask(client: Client, key: str, address: Address, ids: dict[str, str]) -> Any:
    headers = bearer(key) | {"Idempotency-Key": str(new_id()), "If-Match": "*"}
    words: dict[str, Any] = {"headers": headers}
    if address.method not in ("GET", "HEAD"):
        words |= {"data": BODIES.get(str(address), {}), "content_type": "application/json"}
    return getattr(client, address.method.lower())(address.path(ids), **words)


def all_rows() -> list[Any]:
    keys = ApiKey.objects.order_by("pk").values("pk", "revoked_at", "expires_at")
    return [list(model._default_manager.order_by("pk").values()) for model in STAYS] + [list(keys)]


@pytest.mark.parametrize("mode", ["test", "live"])
@pytest.mark.parametrize("address", ABOUT_A_THING, ids=str)
def test_what_another_agent_has_is_not_there(client: Client, address: Address, mode: str) -> None:
    theirs, key = things_of(mode), sign_up(client)["key"]
    before = all_rows()
    response = ask(client, key, address, theirs)
    assert response.status_code == 404, response.content
    assert all_rows() == before
    # And nothing in the answer tells whether it is somebody's or nobody's.
    nobodys = {name: encode(each.partition("_")[0], new_id()) for name, each in theirs.items()}
    nothing = ask(client, key, address, nobodys)
    assert (nothing.status_code, nothing.headers["Content-Type"]) == (404, response.headers["Content-Type"])
    if address.method != "HEAD":
        told = [{**each.json(), "request_id": "", "fix_call": None} for each in (response, nothing)]
        assert told[0] == told[1]


@pytest.mark.parametrize("mode", ["test", "live"])
@pytest.mark.parametrize("address", COLLECTIONS, ids=str)
def test_no_list_tells_of_what_another_agent_has(client: Client, address: Address, mode: str) -> None:
    theirs, key = things_of(mode), sign_up(client)["key"]
    response = client.get(address.path({}), headers=bearer(key))
    told = response.content.decode()
    assert [each for each in theirs.values() if each in told] == []


@pytest.mark.parametrize("text", ["x", "bnt_", "bnt_" + "z" * 26, "bnt_" + "0" * 25, "BNT_" + "0" * 26, "%00", "é"])
@pytest.mark.parametrize("address", ABOUT_A_THING, ids=str)
def test_what_is_no_id_is_not_there_either(client: Client, address: Address, text: str) -> None:
    ids = dict.fromkeys(address.names, text)
    assert ask(client, sign_up(client)["key"], address, ids).status_code == 404


def test_the_urlconf_is_really_walked() -> None:
    assert {str(each) for each in ABOUT_A_THING} >= {
        "GET /v1/bounties/<str:bounty_id>",
        "PATCH /v1/bounties/<str:bounty_id>",
        "POST /v1/keys/<str:key_id>/rotate",
        "DELETE /v1/keys/<str:key_id>",
    }
