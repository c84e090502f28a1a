"""A quote: the price, what was paid near there, how long it took, what the rules say, and what to do next."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bounties.models import Bounty
from tests.integration.agents_api.counting import questions
from tests.integration.agents_api.test_first_steps import bearer, sign_up, wish
from tests.integration.agents_api.test_results import key_of
from tests.integration.bounties.story import ACCEPTED, Story

pytestmark = pytest.mark.django_db


def ask(client: Client, key: str, **changes: Any) -> Any:
    return client.post("/v1/quotes", wish(**changes), content_type="application/json", headers=bearer(key))


@pytest.fixture
def key(client: Client) -> str:
    return str(sign_up(client)["key"])


def test_where_nothing_was_paid_nothing_is_suggested(client: Client, key: str) -> None:
    quote = ask(client, key).json()
    assert (quote["suggested_reward"], quote["expected_fill_seconds"]) == (None, None)


def test_what_was_paid_near_there_is_suggested_and_how_long_it_took(client: Client) -> None:
    story = Story(at=timezone.now() - timedelta(hours=3))
    for reward, minutes in (("2.00", 10), ("3.00", 20), ("4.00", 90)):
        bounty = story.post(reward=reward)
        began = story.at
        story.at += timedelta(minutes=minutes)
        story.handed_in(bounty, ACCEPTED)
        story.at = began
    quote = ask(client, key_of(story.other_buyer), place={"lat": 52.53, "lng": 13.41, "radius_m": 60}).json()
    assert quote["suggested_reward"] == {
        "low": "2.50",
        "middle": "3.00",
        "high": "3.50",
        "bounties": 3,
        "within_m": 10_000,
        "within_days": 90,
    }
    assert quote["expected_fill_seconds"] == 20 * 60
    elsewhere = ask(client, key_of(story.other_buyer), place={"lat": 48.1, "lng": 11.5, "radius_m": 60}).json()
    assert elsewhere["suggested_reward"] is None


@pytest.mark.parametrize(
    ("title", "outcome", "said"),
    [
        ("Is it open?", "allow", "open as soon"),
        ("Is anybody at home?", "review", "somebody's home"),
        ("Follow her home", "refuse", "never brokered"),
    ],
)
def test_what_the_rules_say_is_told_with_the_reason(
    client: Client, key: str, title: str, outcome: str, said: str
) -> None:
    policy = ask(client, key, title=title).json()["policy"]
    assert policy["outcome"] == outcome
    assert said in policy["sentence"]
    assert [each["outcome"] for each in policy["findings"]] == ([] if outcome == "allow" else [outcome])


def test_the_next_step_can_be_taken_as_it_stands(client: Client, key: str) -> None:
    for do in ("deposit", "post"):
        quote = ask(client, key, reward="950.00").json()
        assert quote["next_action"]["do"] == do
        call = quote["next_action"]["call"]
        headers = bearer(key) | {"Idempotency-Key": do}
        taken = client.post(call["path"], call["body"], content_type="application/json", headers=headers)
        assert taken.status_code == 201, taken.content
    assert Bounty.objects.get().reward_micros == 950_000_000
    assert ask(client, key, title="Follow her").json()["next_action"]["call"] is None


def test_of_what_one_deposit_cannot_hold_the_first_is_named(client: Client, key: str) -> None:
    action = ask(client, key, reward="9000.00", slots=10).json()["next_action"]
    assert action["call"]["body"] == {"amount": "10000.00"}
    headers = bearer(key) | {"Idempotency-Key": "a"}
    deposit = client.post("/v1/deposits", action["call"]["body"], content_type="application/json", headers=headers)
    assert deposit.status_code == 201


def test_a_quote_takes_the_whole_body_of_a_post_and_hands_it_on(client: Client, key: str) -> None:
    quote = ask(client, key, dry_run=True, simulate={"outcome": "no_show"}).json()
    call = quote["next_action"]["call"]
    assert call["body"] == wish(simulate={"outcome": "no_show"}) | {"window": call["body"]["window"]}
    assert ask(client, key, simulate={"outcome": "well"}).json()["param"] == "/simulate/outcome"
    assert ask(client, key, dry_run="yes").json()["param"] == "/dry_run"


def test_a_quote_asks_a_few_questions_and_changes_nothing(client: Client, key: str) -> None:
    ask(client, key)
    with questions() as asked:
        assert ask(client, key).status_code == 200
    assert len(asked) <= 5
    assert Bounty.objects.count() == 0
