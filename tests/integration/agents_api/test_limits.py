"""How often somebody may call is exact, however many call at once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.models import UUIDField
from django.test import Client

from agents_api import limits
from agents_api.limits import Limit, TooManyCalls, spend, spend_and_ask
from bounties.models import Bounty
from bounties.queries import asking_for_one, one_bought_by, the_one
from market.prepared import Given, Prepared, Question
from tests.integration.bounties.story import Story

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEN_A_MINUTE = Limit("default", calls=10, window=timedelta(minutes=1))


@pytest.mark.django_db
def test_the_whole_allowance_may_be_used_at_once_and_not_one_call_more() -> None:
    left = [spend(TEN_A_MINUTE, caller="key-1", at=AT).remaining for _ in range(10)]
    assert left == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    with pytest.raises(TooManyCalls) as refusal:
        spend(TEN_A_MINUTE, caller="key-1", at=AT)
    assert refusal.value.retry_at == AT + timedelta(seconds=6)


@pytest.mark.django_db
def test_whoever_comes_back_when_told_is_let_in_once() -> None:
    for _ in range(10):
        spend(TEN_A_MINUTE, caller="key-1", at=AT)
    later = AT + timedelta(seconds=6)
    assert spend(TEN_A_MINUTE, caller="key-1", at=later).remaining == 0
    with pytest.raises(TooManyCalls):
        spend(TEN_A_MINUTE, caller="key-1", at=later)


@pytest.mark.django_db
def test_callers_and_limits_do_not_share_an_allowance() -> None:
    one_an_hour = Limit("signup", calls=1, window=timedelta(hours=1))
    spend(one_an_hour, caller="1.2.3.4", at=AT)
    spend(one_an_hour, caller="1.2.3.5", at=AT)
    spend(TEN_A_MINUTE, caller="1.2.3.4", at=AT)
    with pytest.raises(TooManyCalls):
        spend(one_an_hour, caller="1.2.3.4", at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer sl_test_no"}], ids=["no key", "no such key"])
def test_who_has_no_key_that_opens_is_counted_by_its_address(
    client: Client, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    monkeypatch.setattr(limits, "EVERY_CALL", Limit("default", calls=2, window=timedelta(minutes=1)))
    tried = [client.get("/v1/balance", headers=headers) for _ in range(3)]
    assert [each.status_code for each in tried] == [401, 401, 429]
    assert [each.headers["RateLimit"].partition(";t=")[0] for each in tried] == [
        '"default";r=1',
        '"default";r=0',
        '"default";r=0',
    ]
    elsewhere = client.get("/v1/balance", headers=headers, REMOTE_ADDR="203.0.113.9")
    assert elsewhere.status_code == 401


@pytest.mark.django_db
def test_a_call_may_cost_more_than_one_share() -> None:
    assert spend(TEN_A_MINUTE, caller="key-1", at=AT, calls=8).remaining == 2
    with pytest.raises(TooManyCalls) as refusal:
        spend(TEN_A_MINUTE, caller="key-1", at=AT, calls=3)
    assert refusal.value.allowance is not None
    assert refusal.value.allowance.header == '"default";r=2;t=48'
    assert spend(TEN_A_MINUTE, caller="key-1", at=AT, calls=2).remaining == 0


@pytest.mark.django_db
def test_the_headers_say_what_the_draft_wants() -> None:
    allowance = spend(TEN_A_MINUTE, caller="key-1", at=AT)
    assert TEN_A_MINUTE.policy_header == '"default";q=10;w=60'
    assert allowance.header == '"default";r=9;t=6'


@pytest.mark.django_db
def test_what_is_asked_along_is_answered_to_a_call_that_is_let_in_and_to_no_other() -> None:
    story = Story()
    bounty, one_a_minute = story.post(), Limit("default", calls=1, window=timedelta(minutes=1))
    asked = asking_for_one(story.buyer.id, bounty_id=bounty.id)
    found = the_one(spend(one_a_minute, caller="key-1", at=AT, along=asked).along)
    assert found == bounty
    assert found == one_bought_by(story.buyer.id, bounty_id=bounty.id)
    with pytest.raises(TooManyCalls) as refusal:
        spend(one_a_minute, caller="key-1", at=AT, along=asked)
    assert refusal.value.retry_at == AT + timedelta(minutes=1)
    foreign = asking_for_one(story.scout.id, bounty_id=bounty.id)
    allowance = spend(one_a_minute, caller="key-2", at=AT, along=foreign)
    assert allowance.remaining == 0  # it was counted
    assert the_one(allowance.along) is None


@pytest.mark.django_db
def test_what_must_be_answered_is_answered_to_a_call_that_is_not_let_in_too() -> None:
    story = Story()
    bounty, one_a_minute = story.post(), Limit("default", calls=1, window=timedelta(minutes=1))
    title = Prepared.of(
        Bounty.objects.filter(pk=Given("id", UUIDField(), type_name="uuid")).values_list("title"), limited=False
    )
    asked = Question(title, {"id": bounty.id})
    mine = asking_for_one(story.buyer.id, bounty_id=bounty.id)
    foreign = asking_for_one(story.scout.id, bounty_id=bounty.id)
    for caller, along, found in (("key-1", mine, bounty), ("key-2", foreign, None), ("key-3", None, None)):
        answer, allowance = spend_and_ask(one_a_minute, caller=caller, at=AT, asked=asked, along=along)
        assert answer == [(bounty.title,)]
        assert the_one([row for row in allowance().along if row]) == found
        answer, allowance = spend_and_ask(one_a_minute, caller=caller, at=AT, asked=asked, along=along)
        assert answer == [(bounty.title,)]
        with pytest.raises(TooManyCalls) as refusal:
            allowance()
        assert refusal.value.retry_at == AT + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_of_forty_calls_at_once_exactly_ten_get_through() -> None:
    start = threading.Barrier(40)

    def call(_: int) -> bool:
        try:
            start.wait(20)
            spend(TEN_A_MINUTE, caller="key-1", at=AT)
        except TooManyCalls:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(40) as pool:
        assert sum(pool.map(call, range(40))) == 10


@pytest.mark.django_db
def test_counting_a_call_writes_nothing_to_the_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'agents_api_callrate'")
        assert cursor.fetchone() == ("u",)
