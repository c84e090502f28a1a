"""The guides as resources: listed, read, and the same as at their addresses."""

from typing import cast

import httpx2
import pytest
from django.test import Client as Web
from mcp.shared.exceptions import MCPError
from mcp_types import TextResourceContents

from agents_api.guides import GUIDES
from market import asgi
from market.config import config
from tests.integration.agents_api.mcp.talking import client, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_guide_is_a_resource_and_reads_as_on_the_web() -> None:
    read: dict[str, str] = {}

    async def story() -> None:
        async with client() as nobody:
            for resource in (await nobody.list_resources()).resources:
                answer = await nobody.read_resource(resource.uri)
                assert (answer.ttl_ms, answer.cache_scope) == (300_000, "public")
                [contents] = answer.contents
                assert contents.mime_type == resource.mime_type == "text/markdown"
                read[resource.uri] = cast(TextResourceContents, contents).text

    run(story)
    assert list(read) == [f"{config.public_url}{guide.path}" for guide in GUIDES]
    for guide in GUIDES:
        assert read[f"{config.public_url}{guide.path}"] == Web().get(guide.path).content.decode()


def test_what_is_no_guide_is_no_resource() -> None:
    async def story() -> None:
        async with client() as nobody:
            with pytest.raises(MCPError, match="no resource") as refused:
                await nobody.read_resource("file:///etc/passwd")
            assert refused.value.data == {"uri": "file:///etc/passwd"}

    run(story)


def test_the_card_says_of_the_server_what_the_server_says_of_itself() -> None:
    async def story() -> None:
        async with client() as nobody, httpx2.AsyncClient(transport=httpx2.ASGITransport(app=asgi.application)) as web:
            card = (await web.get("http://localhost/mcp/server-card")).json()
            says = nobody.server_info
        assert says is not None
        assert (says.title, says.version, says.description) == (card["title"], card["version"], card["description"])
        assert card["name"].endswith(f"/{says.name}")

    run(story)
