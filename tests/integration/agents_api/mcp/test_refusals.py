"""What the API refuses, tools refuse: with the same problem object, in a result that a model can read."""

from typing import Any

import pytest
from django.test import Client as Web
from mcp.shared.exceptions import MCPError

from agents_api import limits
from agents_api.limits import Limit
from market.accounts.audit import CONSOLE
from market.accounts.authentication import known_keys
from market.accounts.models import Account, Agent, ApiKey
from market.accounts.operations.keys import issue_key
from market.clock import now
from tests.integration.agents_api.mcp.talking import call, client, refused, run, told
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.agents_api.mcp.talking"),
]


def comparable(problem: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in problem.items() if name != "request_id"}


def test_a_refusal_is_the_problem_that_the_api_gives() -> None:
    web = Web()
    key = sign_up(web)["key"]
    body = wish(reward="950.00")
    over_the_api = post(web, key, body).json()

    async def story() -> None:
        async with client(key) as agent:
            body.pop("currency")
            answer = await call(agent, "post_bounty", **body)
        assert answer.is_error
        problem = answer.structured_content
        assert comparable(problem) == comparable(over_the_api)
        assert problem["code"] == "insufficient_funds"
        assert answer.content[0].text.startswith('{"type":')  # type: ignore[union-attr]

    run(story)


@pytest.mark.parametrize(
    ("tool", "arguments", "code", "param"),
    [
        ("get_bounty", {}, "missing_field", "/bounty_id"),
        ("get_bounty", {"bounty_id": "bnt_1", "id": 1}, "unknown_field", "/id"),
        ("get_bounty", {"bounty_id": "../../account"}, "no_such_bounty", None),
        ("get_result", {"result_id": "sub_1"}, "no_such_submission", None),
        ("wait_for_bounty", {"bounty_id": "bnt_1", "seconds": 46}, "invalid_field", "/seconds"),
        ("review_result", {"result_id": "sub_1", "decision": "burn"}, "invalid_field", "/decision"),
        ("review_result", {"result_id": "sub_1", "decision": "accept", "note": "Good."}, "invalid_field", "/note"),
        ("set_webhook", {"url": "https://x.example/", "idempotency_key": ""}, "invalid_field", "/idempotency_key"),
        ("list_bounties", {"limit": 1000}, "invalid_limit", "/limit"),
        ("quote_bounty", {"title": "?"}, "missing_field", "/questions"),
    ],
)
def test_what_is_wrong_is_named(tool: str, arguments: dict[str, Any], code: str, param: str | None) -> None:
    key = sign_up(Web())["key"]

    async def story() -> None:
        async with client(key) as agent:
            problem = await refused(agent, tool, **arguments)
        assert (problem["code"], problem["param"]) == (code, param)
        assert problem["fix"]

    run(story)


def test_without_a_key_only_the_way_to_one_is_told() -> None:
    async def story() -> None:
        async with client() as nobody:
            assert (await told(nobody, "get_account"))["authenticated"] is False
            assert (await refused(nobody, "list_bounties"))["code"] == "not_authenticated"
        async with client("sl_test_nonsense") as stranger:
            assert (await refused(stranger, "get_account"))["code"] == "invalid_key"

    run(story)


def test_a_tool_that_does_not_exist_is_a_mistake_of_the_client() -> None:
    async def story() -> None:
        async with client() as nobody:
            with pytest.raises(MCPError, match="no tool"):
                await nobody.call_tool("make_coffee", {})

    run(story)


def test_scopes_count_as_in_the_api() -> None:
    web = Web()
    new = sign_up(web)
    account = Account.objects.get()
    reader = issue_key(account_id=account.id, by=CONSOLE, at=now(), scopes=["read"]).text
    bounty = post(web, new["key"], wish()).json()["id"]

    async def story() -> None:
        async with client(reader) as agent:
            assert (await told(agent, "get_bounty", bounty_id=bounty))["status"] == "open"
            assert (await refused(agent, "cancel_bounty", bounty_id=bounty))["code"] == "missing_scope"

    run(story)


def test_a_frozen_agent_is_told_so_at_both_doors() -> None:
    web = Web()
    key = sign_up(web)["key"]
    Agent.objects.update(frozen_at=now())
    known_keys.forget(ApiKey.objects.get().id)
    over_the_api = post(web, key, wish())
    account = web.get("/v1/account", headers=bearer(key)).json()
    assert (account["frozen"], account["key"]["scopes"]) == (True, ["read"])
    problem = over_the_api.json()
    assert (over_the_api.status_code, problem["code"], problem["retryable"]) == (403, "agent_frozen", False)
    assert problem["fix_call"] == {"method": "GET", "path": "/v1/account"}

    async def story() -> None:
        async with client(key) as agent:
            body = wish()
            body.pop("currency")
            assert comparable(await refused(agent, "post_bounty", **body)) == comparable(problem)

    run(story)


def test_a_frozen_agent_is_told_so_before_it_tries() -> None:
    web = Web()
    key = sign_up(web)["key"]
    Agent.objects.update(frozen_at=now())

    async def story() -> None:
        async with client(key) as agent:
            assert (await told(agent, "get_account"))["frozen"] is True
            body = {name: value for name, value in wish().items() if name != "currency"}
            assert (await refused(agent, "post_bounty", **body))["code"] == "agent_frozen"

    run(story)


def test_calls_are_counted_with_those_of_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    web = Web()
    key = sign_up(web)["key"]
    monkeypatch.setattr(limits, "EVERY_CALL", Limit("default", calls=2, window=limits.EVERY_CALL.window))
    monkeypatch.setattr("agents_api.door.Endpoint.limit", limits.EVERY_CALL)
    assert web.get("/v1/balance", headers=bearer(key)).status_code == 200

    async def story() -> None:
        async with client(key) as agent:
            await told(agent, "list_bounties")
            problem = await refused(agent, "list_bounties")
        assert (problem["code"], problem["retryable"]) == ("too_many_calls", True)
        assert problem["retry_after"] >= 1

    run(story)


def test_another_agents_bounty_does_not_exist() -> None:
    web = Web()
    theirs = post(web, sign_up(web)["key"], wish()).json()["id"]
    mine = sign_up(web)["key"]

    async def story() -> None:
        async with client(mine) as agent:
            for tool in ("get_bounty", "wait_for_bounty", "cancel_bounty"):
                assert (await refused(agent, tool, bounty_id=theirs))["code"] == "no_such_bounty"

    run(story)


def test_the_same_arguments_are_the_same_bounty_and_another_key_is_another() -> None:
    web = Web()
    key = sign_up(web)["key"]
    body = wish()

    async def story() -> None:
        async with client(key) as agent:
            first, again = [await told(agent, "post_bounty", **body) for _ in range(2)]
            other = await told(agent, "post_bounty", **body, idempotency_key="another-one")
            assert first["id"] == again["id"] != other["id"]
            assert len((await told(agent, "list_bounties"))["data"]) == 2
            await told(agent, "cancel_bounty", bounty_id=first["id"])
            cancelled = await told(agent, "cancel_bounty", bounty_id=first["id"])
            assert cancelled["status"] == "cancelled"

    body.pop("currency")
    run(story)


def test_a_name_that_is_not_ours_is_not_answered() -> None:
    async def story() -> None:
        with pytest.raises(BaseException):  # noqa: B017, PT011 - a group of whatever the client makes of a 421
            async with client(host="evil.example.com"):
                pass

    run(story)


def test_a_failure_of_ours_is_told_and_nothing_of_its_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object) -> None:
        raise ValueError("a secret of the inside")

    monkeypatch.setattr("agents_api.mcp.server.DOINGS", {"get_account": broken})

    async def story() -> None:
        async with client() as nobody:
            answer = await call(nobody, "get_account")
        assert answer.structured_content["code"] == "internal_error"
        assert "secret" not in answer.model_dump_json()

    run(story)
