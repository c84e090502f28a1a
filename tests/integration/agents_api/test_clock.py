"""A test account's own time: moved by its agent, and what time does is then done."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from market.accounts.audit import CONSOLE
from market.accounts.models import Account
from market.accounts.operations.keys import issue_key
from market.ids import encode, new_id
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.agents_api.test_results import key_of
from tests.integration.bounties.story import REVIEW, Story, check_always

pytestmark = pytest.mark.django_db


def move(client: Client, key: str, once: str = "", **body: Any) -> Any:
    headers = bearer(key) | {"Idempotency-Key": once or str(new_id())}
    return client.post("/v1/test/clock", body, content_type="application/json", headers=headers)


def test_the_answer_says_what_the_clock_is_now(client: Client) -> None:
    key, before = sign_up(client)["key"], timezone.now()
    answer = move(client, key, advance_seconds=86_400).json()
    assert answer["ahead_seconds"] == 86_400
    assert before + timedelta(days=1) <= datetime.fromisoformat(answer["now"]) + timedelta(seconds=1)
    assert client.get("/v1/test/clock", headers=bearer(key)).json()["ahead_seconds"] == 86_400


def test_a_clock_is_moved_to_a_moment(client: Client) -> None:
    key = sign_up(client)["key"]
    to = timezone.now().replace(microsecond=0) + timedelta(days=3)
    assert datetime.fromisoformat(move(client, key, to=to.isoformat()).json()["now"]) == to
    back = move(client, key, to=to.isoformat())
    assert (back.status_code, back.json()["code"], back.json()["param"]) == (422, "clock_only_forward", "/to")


def test_the_same_request_again_moves_nothing(client: Client) -> None:
    key = sign_up(client)["key"]
    first, again = move(client, key, "a", advance_seconds=60), move(client, key, "a", advance_seconds=60)
    assert first.json() == again.json()
    assert client.get("/v1/test/clock", headers=bearer(key)).json()["ahead_seconds"] == 60


def test_a_bounty_past_its_time_ends_and_gives_its_money_back(client: Client) -> None:
    key = sign_up(client)["key"]
    bounty = post(client, key, wish()).json()
    move(client, key, advance_seconds=7 * 3600)
    assert client.get(f"/v1/bounties/{bounty['id']}", headers=bearer(key)).json()["status"] == "expired"
    assert client.get("/v1/balance", headers=bearer(key)).json()["held"] == "0.00"
    assert client.get("/v1/events", headers=bearer(key)).json()["data"][-1]["type"] == "bounty.expired"


def test_silence_pays_and_the_award_settles_in_seconds(client: Client) -> None:
    story = Story(at=timezone.now())
    submission = story.handed_in(story.post(), REVIEW)
    key, path = key_of(story.buyer), f"/v1/results/{encode('sub', submission.id)}"
    move(client, key, advance_seconds=25 * 3600)
    assert client.get(path, headers=bearer(key)).json()["status"] == "accepted"
    move(client, key, advance_seconds=8 * 86_400)
    assert story.earned() == (0, 2_500_000)
    check_always(story)


def test_nothing_of_another_account_is_touched(client: Client) -> None:
    story = Story(at=timezone.now())
    theirs = story.post(story.other_buyer)
    # Overdue for everybody, and only the sweeps of the house may find out.
    type(theirs).objects.filter(pk=theirs.pk).update(due_at=timezone.now() - timedelta(hours=1))
    move(client, key_of(story.buyer), advance_seconds=3600)
    theirs.refresh_from_db()
    assert theirs.state == "open"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "clock_by_or_to"),
        ({"advance_seconds": 1, "to": "2030-01-01T00:00:00Z"}, "clock_by_or_to"),
        ({"advance_seconds": 0}, "invalid_field"),
        ({"advance_seconds": 1.5}, "invalid_field"),
        ({"advance_seconds": 10**12}, "invalid_field"),
        ({"to": "tomorrow"}, "invalid_time"),
        ({"to": "2020-01-01T00:00:00Z"}, "clock_only_forward"),
        ({"to": "9999-12-31T00:00:00Z"}, "clock_only_forward"),
        ({"advance": 1}, "unknown_field"),
    ],
)
def test_a_clock_that_cannot_be_moved_so_is_refused(client: Client, body: dict[str, Any], code: str) -> None:
    response = move(client, sign_up(client)["key"], **body)
    assert (response.status_code, response.json()["code"]) == (422, code)


def test_the_clock_of_a_live_account_is_everybodys(client: Client) -> None:
    account = Account.objects.create(kind="agent", mode="live")
    key = issue_key(account_id=account.id, by=CONSOLE, at=timezone.now()).text
    refused = move(client, key, advance_seconds=60)
    assert (refused.status_code, refused.json()["code"]) == (403, "clock_only_in_test")
