"""The whole loop with the official client: from no key to an accepted result, as a model would go."""

import asyncio
import base64
import io
import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import Client as Web
from mcp_types import CallToolResult, ImageContent, TextContent
from PIL import Image

from agents_api.mcp.tools import TOOLS
from tests.integration.agents_api.mcp.talking import Mode, call, client, run, told
from tests.integration.agents_api.sandbox.steps import work_off
from tests.integration.agents_api.test_first_steps import sign_up, wish
from verification.searching import hashes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.agents_api.mcp.talking"),
]


def worked_off() -> None:
    try:
        work_off()
    finally:
        connection.close()


def media_type_of(client_of_the_web: Web, url: str) -> str:
    try:
        answer = client_of_the_web.get(url)
        return answer.headers["Content-Type"] if answer.status_code == 200 else ""
    finally:
        connection.close()


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_from_no_key_to_an_accepted_result(client_of_the_web: Web, mode: Mode) -> None:
    hashes.forget()

    async def story() -> None:
        async with client(mode=mode) as nobody:
            assert [each.name for each in (await nobody.list_tools()).tools] == [each.name for each in TOOLS]
            how = await told(nobody, "get_account")
        assert (how["authenticated"], how["call"]["method"]) == (False, "POST")
        key = (await sync_to_async(sign_up)(client_of_the_web))["key"]
        async with client(key, mode=mode) as agent:
            assert (await told(agent, "get_account"))["available"] == "1000.00"
            body = _few(wish())
            assert (await told(agent, "quote_bounty", **body))["total"] == "2.75"
            posted = await told(agent, "post_bounty", **body, simulate={"outcome": "good"})
            assert posted["next"]["tool"] == "wait_for_bounty"
            waiting = asyncio.create_task(_follow(agent, posted))
            await sync_to_async(worked_off)()
            waited = await waiting
            while waited["next"]["do"] == "wait":  # on a busy machine longer than one wait lasts
                waited = await _follow(agent, waited)
            assert (waited["next"]["do"], waited["next"]["tool"]) == ("review", "get_result")
            seen = await call(agent, waited["next"]["tool"], **waited["next"]["arguments"])
            result = shown_with_pictures(seen)
            assert (result["status"], result["next"]["tool"]) == ("in_review", "review_result")
            accepted = await _follow(agent, result)
            assert accepted["status"] == "accepted"
            delivered = shown_with_pictures(await call(agent, "get_result", result_id=result["id"]))
            [original] = delivered["originals"]
            assert await sync_to_async(media_type_of)(client_of_the_web, original) == "image/jpeg"
            bounty = await told(agent, "get_bounty", bounty_id=posted["id"])
            assert (bounty["status"], bounty["results"]) == (
                "completed",
                [{"id": result["id"], "status": "accepted"}],
            )
            [listed] = (await told(agent, "list_bounties"))["data"]
            assert (listed["id"], listed["status"]) == (posted["id"], "completed")

    run(story)


@pytest.fixture
def client_of_the_web() -> Web:
    return Web()


def shown_with_pictures(answer: CallToolResult) -> dict[str, Any]:
    """What is told of a result of one picture: the picture small, and beside the words instead of in them."""
    words, picture = answer.content
    assert isinstance(words, TextContent)
    assert isinstance(picture, ImageContent)
    small = Image.open(io.BytesIO(base64.b64decode(picture.data, validate=True)))
    assert (picture.mime_type, small.format) == ("image/jpeg", "JPEG")
    assert max(small.size) <= 512
    assert len(words.text) < 4_000  # a picture in base64 would be ten times that
    told_of: dict[str, Any] = answer.structured_content or {}
    assert told_of == json.loads(words.text)
    return told_of


async def _follow(agent: Any, answer: dict[str, Any]) -> dict[str, Any]:
    """Do nothing but what the answer says comes next."""
    return await told(agent, answer["next"]["tool"], **answer["next"]["arguments"])


def _few(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in ("currency", "proof", "review")}
