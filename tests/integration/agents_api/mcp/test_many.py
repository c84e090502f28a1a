"""Many calls at once: a few threads and connections for all of them, and nothing left afterwards."""

import asyncio

import pytest
from django.test import Client as Web

from agents_api import limits
from agents_api.limits import Limit
from tests.integration.agents_api.mcp.talking import client, run, told
from tests.integration.agents_api.test_first_steps import post, sign_up, wish
from tests.integration.agents_api.test_waiting import until_waiting
from tests.waiters import assert_they_share_a_few

CALLS = 200

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.agents_api.mcp.talking"),
]


def test_two_hundred_calls_at_once_leave_no_connection_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agents_api.door.Endpoint.limit", Limit("default", 10_000, limits.EVERY_CALL.window))
    web = Web()
    key = sign_up(web)["key"]
    bounty = post(web, key, wish()).json()["id"]

    async def story() -> None:
        async with client(key) as agent:
            calls = [told(agent, "get_bounty", bounty_id=bounty) for _ in range(CALLS)]
            answers = await asyncio.gather(*calls)
            assert [each["id"] for each in answers] == [bounty] * CALLS
            assert_they_share_a_few(asking=0)  # nobody waited

    run(story)


def test_two_hundred_waiters_hold_nothing_and_wake_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("agents_api.door.Endpoint.limit", Limit("default", 10_000, limits.EVERY_CALL.window))
    web = Web()
    key = sign_up(web)["key"]
    bounty = post(web, key, wish()).json()["id"]

    async def story() -> None:
        async with client(key) as agent:
            waiters = [asyncio.create_task(told(agent, "wait_for_bounty", bounty_id=bounty)) for _ in range(CALLS)]
            await until_waiting(waiters)
            assert_they_share_a_few()
            cancelled = await told(agent, "cancel_bounty", bounty_id=bounty)
            answers = await asyncio.gather(*waiters)
        assert {each["status"] for each in answers} == {cancelled["status"]} == {"cancelled"}

    run(story)
