"""What an answer costs the model that reads it."""

import pytest
from django.test import Client as Web
from mcp_types import TextContent

from tests.integration.agents_api.mcp.talking import call, client, run
from tests.integration.agents_api.sandbox.steps import work_off
from tests.integration.agents_api.test_first_steps import post, sign_up, wish
from verification.searching import hashes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.integration.agents_api.mcp.talking"),
]


def test_one_bounty_with_a_result_costs_four_hundred_tokens_at_most() -> None:
    bpe = pytest.importorskip("rs_bpe", reason="the tokenizer has no wheel for this Python")
    hashes.forget()
    web = Web()
    key = sign_up(web)["key"]
    bounty = post(web, key, wish(simulate={"outcome": "good"})).json()["id"]
    work_off()

    async def story() -> None:
        async with client(key) as agent:
            [shown] = (await call(agent, "get_bounty", bounty_id=bounty)).content
        assert isinstance(shown, TextContent)
        assert '"in_review"' in shown.text
        # Clients show a model the text or the structured content, which say the same, and not both.
        assert bpe.openai.o200k_base().count(shown.text) <= 400

    run(story)
