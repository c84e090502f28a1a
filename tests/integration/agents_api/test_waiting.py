"""Waiting for a bounty and for events, through the real ASGI process: woken by the commit, nothing held per waiter."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import Client, override_settings
from django.urls import path
from django.utils import timezone

from agents_api import waiting as waiting_views
from agents_api.showing import disputes as showing_disputes
from bounties import operations
from bounties.models import Claim
from bounties.policies.disputes import Ruling
from market import asgi
from market.accounts.audit import CONSOLE
from market.accounts.operations.keys import issue_key
from market.events import waiting
from market.ids import encode
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from tests.integration.agents_api.test_results import path_of
from tests.integration.bounties.story import ACCEPTED, OPERATORS_REVIEW, REVIEW, Story
from tests.integration.events.test_asgi import Request
from tests.waiters import assert_they_share_a_few, nothing_left_over

WAITERS = 200

urlpatterns = [
    path("v1/bounties/<str:bounty_id>", waiting_views.one_bounty),
    path("v1/disputes/<str:dispute_id>", waiting_views.one_dispute),
    path("v1/results/<str:result_id>", waiting_views.one_result),
    path("v1/events", waiting_views.events),
]


def asking(key: str, path_: str, query: str) -> Request:
    request = Request(path_, query)
    request._scope["headers"] = [(b"host", b"localhost"), (b"authorization", f"Bearer {key}".encode())]
    return request


def in_a_thread(function: Callable[[], object]) -> None:
    try:
        function()
    finally:
        connection.close()


async def until_waiting(sending: Sequence[asyncio.Task[Any]]) -> None:
    waits = waiting._waits
    assert waits is not None
    while sum(len(hints) for hints in waits._hints.values()) < len(sending):
        assert not any(task.done() for task in sending)
        await asyncio.sleep(0.01)


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_many_wait_for_a_bounty_and_its_events_and_all_wake(client: Client) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "SLOW_LOOK_SECONDS", 60.0)  # nobody finds anything by looking again
        with override_settings(ROOT_URLCONF="market.urls"):
            key = sign_up(client)["key"]
            bounty = post(client, key, wish()).json()["id"]
            cursor = client.get("/v1/events", headers=bearer(key)).json()["next"]
        requests = [
            asking(key, f"/v1/bounties/{bounty}", "wait=60&since_version=1")
            if number % 2
            else asking(key, "/v1/events", f"wait=60&after={cursor}")
            for number in range(WAITERS)
        ]

        def cancel() -> None:
            with override_settings(ROOT_URLCONF="market.urls"):
                headers = bearer(key) | {"Idempotency-Key": "cancel"}
                answer = Client().post(
                    f"/v1/bounties/{bounty}/cancel", content_type="application/json", headers=headers
                )
                assert answer.status_code == 200, answer.content

        async def test() -> None:
            async with asgi.routes.router.lifespan_context(asgi.routes):
                sending = [asyncio.create_task(request.send()) for request in requests]
                await until_waiting(sending)
                assert_they_share_a_few()
                await sync_to_async(in_a_thread, thread_sensitive=False)(cancel)
                await asyncio.gather(*sending)

        with nothing_left_over():
            asyncio.run(asyncio.wait_for(test(), 100))
    assert {request.status for request in requests} == {200}
    answers = [json.loads(request.body) for request in requests]
    assert {(each["status"], each["version"]) for each in answers[1::2]} == {("cancelled", 2)}
    assert {each["data"][-1]["type"] for each in answers[::2]} == {"bounty.cancelled"}


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_result_is_not_woken_by_a_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "SLOW_LOOK_SECONDS", 60.0)  # nobody finds anything by looking again
    story = Story(at=timezone.now())
    bounty = story.post()
    key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now()).text
    path_ = f"/v1/bounties/{encode('bnt', bounty.id)}"
    claims: list[Claim] = []
    elsewhere = sync_to_async(in_a_thread, thread_sensitive=False)
    waits = ("results=1", "since_version=1&results=1", "since_version=1")  # the second is what `next_action` says
    patient, following, curious = (asking(key, path_, f"wait=60&{what}") for what in waits)

    async def test() -> None:
        async with asgi.routes.router.lifespan_context(asgi.routes):
            first, second, third = (asyncio.create_task(each.send()) for each in (patient, following, curious))
            await until_waiting([first, second, third])
            await elsewhere(lambda: claims.append(story.claim(bounty)))
            await third
            assert not first.done()
            assert not second.done()
            await elsewhere(lambda: story.judge(story.submit(claims[0]), REVIEW))
            await asyncio.gather(first, second)
            for known, told in ((1, 60), (2, 0)):
                again = asking(key, path_, f"wait={told}&results={known}")
                await again.send()
                assert json.loads(again.body)["next_action"]["do"] == "review"

    with nothing_left_over():
        asyncio.run(asyncio.wait_for(test(), 100))
    assert json.loads(curious.body)["next_action"]["call"]["path"] == f"{path_}?wait=45&since_version=2&results=1"
    assert [json.loads(each.body)["next_action"]["do"] for each in (patient, following)] == ["review", "review"]


@pytest.mark.urls(__name__)
@pytest.mark.django_db(transaction=True)
def test_who_waits_for_our_staff_is_told_what_it_decides_and_who_knows_less_is_answered_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(waiting, "SLOW_LOOK_SECONDS", 60.0)  # nobody finds anything by looking again
    story = Story(at=timezone.now())
    submission = story.handed_in(story.post(), ACCEPTED)
    dispute = operations.dispute(
        buyer=story.buyer, submission_id=submission.id, ground_code="answer_wrong", note="", at=story.at
    )
    key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now()).text
    path_, _, told = showing_disputes.dispute(dispute)["next_action"]["call"]["path"].partition("?")
    following, late = (asking(key, path_, query) for query in (told, "wait=60&since_version=0"))
    looked_at = story.handed_in(story.post(), OPERATORS_REVIEW, story.other_scout)
    result = asking(key, path_of(looked_at), f"wait=60&since_version={looked_at.version}")
    known = (b"if-none-match", b'"1"')
    following._scope["headers"] = [*following._scope["headers"], known]

    def rule() -> None:
        ruling, reason = Ruling.FOR_BUYER, "It is shut."
        operations.rule(operator=story.operator, dispute_id=dispute.id, ruling=ruling, reason=reason, at=story.at)

    def accept() -> None:
        id_, reason = looked_at.id, "Fine."
        operations.accept_as_operator(operator=story.operator, submission_id=id_, reason=reason, at=story.at)

    async def test() -> None:
        async with asgi.routes.router.lifespan_context(asgi.routes):
            waits = [asyncio.create_task(each.send()) for each in (following, result)]
            await until_waiting(waits)
            await late.send()
            elsewhere = sync_to_async(in_a_thread, thread_sensitive=False)
            await elsewhere(rule)
            await elsewhere(accept)
            await asyncio.gather(*waits)

    with nothing_left_over():
        asyncio.run(asyncio.wait_for(test(), 100))
    answers = [json.loads(each.body) for each in (late, following)]
    assert [(each["version"], each["status"], each["ruling"]) for each in answers] == [
        (1, "open", None),
        (2, "ruled", "for_buyer"),
    ]
    decided = json.loads(result.body)
    assert (decided["version"], decided["status"]) == (looked_at.version + 1, "accepted")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query", ["wait=61", "wait=-1", "wait=x", "wait=", "wait=1&since_version=x", "wait=1&results=0"]
)
def test_a_wait_that_cannot_be_is_refused(client: Client, query: str) -> None:
    key = sign_up(client)["key"]
    bounty = post(client, key, wish()).json()["id"]
    response = client.get(f"/v1/bounties/{bounty}?{query}", headers=bearer(key))
    assert (response.status_code, response.json()["code"]) == (422, "invalid_wait")


@pytest.mark.django_db
def test_the_feed_goes_on_where_it_stopped(client: Client) -> None:
    key = sign_up(client)["key"]
    post(client, key, wish())
    first = client.get("/v1/events?limit=1", headers=bearer(key)).json()
    assert [each["object"] for each in first["data"]] == ["event"]
    assert first["next"] == first["data"][0]["cursor"]
    response = client.get("/v1/events?after=nonsense", headers=bearer(key))
    assert (response.status_code, response.json()["code"]) == (422, "invalid_cursor")
