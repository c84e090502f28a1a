"""set_webhook: one call, an endpoint with its secret; the same call again, the same endpoint."""

import pytest
from django.test import Client as Web

from market.webhooks.models import WebhookEndpoint
from tests.integration.agents_api.mcp.talking import client, refused, run, told
from tests.integration.agents_api.test_first_steps import sign_up

pytestmark = pytest.mark.django_db(transaction=True)
HOOK = {"url": "https://agent.example.com/hooks", "types": ["result.accepted"]}


def test_the_same_words_are_the_same_webhook_and_its_secret_is_told_once() -> None:
    key = sign_up(Web())["key"]

    async def story() -> None:
        async with client(key) as agent:
            made = await told(agent, "set_webhook", **HOOK)
            assert made.pop("secret").startswith("whsec_")
            assert (made["url"], made["types"], made["status"]) == (HOOK["url"], HOOK["types"], "enabled")
            reordered = dict(reversed(HOOK.items()))
            assert await told(agent, "set_webhook", **reordered) == made
            other = await told(agent, "set_webhook", **HOOK, idempotency_key="another-one")
            elsewhere = await told(agent, "set_webhook", url="https://agent.example.com/others")
            assert len({made["id"], other["id"], elsewhere["id"]}) == 3

    run(story)
    assert WebhookEndpoint.objects.count() == 3


def test_an_address_that_may_not_be_called_is_refused_by_name() -> None:
    key = sign_up(Web())["key"]

    async def story() -> None:
        async with client(key) as agent:
            problem = await refused(agent, "set_webhook", url="https://10.0.0.1/")
            assert (problem["code"], problem["param"]) == ("webhook_url_refused", "/url")
            problem = await refused(agent, "set_webhook", **HOOK, idempotency_key=7)
            assert (problem["code"], problem["param"]) == ("invalid_field", "/idempotency_key")

    run(story)
    assert WebhookEndpoint.objects.count() == 0
