"""Posts at the same moment: one for each key, and none without its money."""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agents_api.models import KeptAnswer
from bounties.models import Bounty, Slot
from market.events.models import Event
from market.ledger.postings import Book
from market.ledger.queries import agent_balance
from tests.integration.agents_api.test_first_steps import post, wish
from tests.integration.agents_api.test_results import key_of
from tests.integration.bounties.story import DOLLAR, Story
from tests.integration.bounties.together import together

pytestmark = pytest.mark.django_db(transaction=True)


def there() -> tuple[int, int, int, int]:
    return tuple(each.objects.count() for each in (Bounty, Slot, Event, KeptAnswer))  # type: ignore[return-value]


def codes(answers: list[Any]) -> Counter[Any]:
    return Counter(answer.json().get("code", answer.status_code) for answer in answers)


def test_of_eight_posts_with_one_key_one_is_done_and_the_others_get_its_answer() -> None:
    story = Story(at=timezone.now())
    key, body = key_of(story.buyer), wish(slots=3)
    answers = together([partial(post, Client(), key, body)] * 8)
    done = {answer.json()["id"] for answer in answers if answer.status_code == 201}
    assert len(done) == 1
    assert codes(answers)[201] + codes(answers)["idempotency_in_flight"] == 8
    assert there() == (1, 3, 1, 1)
    again = post(Client(), key, body)
    assert (again.status_code, again.headers["Idempotent-Replayed"], {again.json()["id"]}) == (201, "true", done)
    assert agent_balance(Book.of("test"), story.buyer.id).held_micros == 3 * 2_750_000


def test_the_money_is_held_for_as_many_as_it_is_enough_for_and_the_others_leave_nothing() -> None:
    story = Story(at=timezone.now())
    poor = story.new_buyer(dollars=10)
    key = key_of(poor)
    answers = together([partial(post, Client(), key, wish(reward="2.00"), once=f"post-{turn}") for turn in range(8)])
    assert codes(answers) == {201: 4, "insufficient_funds": 4}
    assert there() == (4, 4, 4, 4)
    assert agent_balance(Book.of("test"), poor.id).available_micros == 10 * DOLLAR - 4 * 2_200_000
