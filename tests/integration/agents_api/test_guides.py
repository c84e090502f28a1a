"""What is written for agents is true: its requests work, its answers are what came back, its links lead somewhere."""

import json
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from agents_api import guides
from agents_api.guides import AUTH, GUIDES, Guide
from agents_api.views.guides import reader
from market.accounts.models import Account
from market.config import config
from market.webhooks import operations as webhooks
from market.webhooks.models import Delivery
from tests.integration.agents_api.guides import Reader, blocks, differences, examples
from tests.integration.agents_api.sandbox.steps import work_off
from tests.integration.agents_api.test_first_steps import bearer, post, sign_up, wish
from verification.searching import hashes

pytestmark = pytest.mark.django_db
PAGES = [guide.path for guide in GUIDES]
ROOMS = ["/llms.txt", *PAGES, "/docs/self-hosting.md", "/docs/errors"]
# What these guides begin with: results that wait for a review, or one that was accepted.
IN_REVIEW, ACCEPTED = {"/docs/reviewing.md"}, {"/docs/disputes.md"}


def results(client: Client, key: str, count: int) -> list[str]:
    """In review, of one bounty."""
    hashes.forget()
    bounty = post(client, key, wish(slots=count, criteria=[]), once="results").json()["id"]
    for number in range(count):
        sent = client.post(
            f"/v1/test/bounties/{bounty}/simulate",
            {"outcome": "good"},
            content_type="application/json",
            headers=bearer(key) | {"Idempotency-Key": f"scout-{number}"},
        )
        assert sent.status_code == 202, sent.content
    work_off()
    return [each["id"] for each in client.get(f"/v1/bounties/{bounty}/results", headers=bearer(key)).json()["data"]]


def accept(client: Client, key: str, result: str) -> None:
    headers = bearer(key) | {"Idempotency-Key": "accepted"}
    accepted = client.post(f"/v1/results/{result}/accept", content_type="application/json", headers=headers)
    assert accepted.status_code == 200, accepted.content


@pytest.mark.parametrize("guide", GUIDES, ids=PAGES)
def test_every_request_in_a_guide_is_answered_as_shown(client: Client, guide: Guide) -> None:
    reader = Reader(client, datetime.now(UTC))
    text = client.get(guide.path).content.decode()
    if guide is not AUTH:
        key = reader.known["KEY"] = sign_up(client)["key"]
        if guide.path in IN_REVIEW:
            reader.known["RESULT"], reader.known["OTHER_RESULT"] = results(client, key, 2)
        if guide.path in ACCEPTED:
            [reader.known["RESULT"]] = results(client, key, 1)
            accept(client, key, reader.known["RESULT"])
    for example in examples(text):
        reader.authorized = guide.path == "/SKILL.md" and example.path != "/v1/agents"
        status, told = reader.follow(example)
        work_off()
        if example.status is None:
            assert status < 300, (example, told)
            continue
        assert status == example.status, (example, told)
        assert differences(reader.expected(example), told) == [], example.path


def test_a_webhook_is_sent_as_the_guide_shows_it(client: Client) -> None:
    text = client.get("/docs/webhooks.md").content.decode()
    [shown] = [content for kind, _, content in blocks(text) if kind == "text"]
    key = sign_up(client)["key"]
    reader = Reader(client, datetime.now(UTC), {"KEY": key})
    for example in examples(text):
        reader.follow(example)
    [result] = results(client, key, 1)
    accept(client, key, result)
    webhooks.copy_feed(account_id=Account.objects.get(kind=Account.Kind.AGENT).id, at=datetime.now(UTC))
    expected = json.loads(shown.partition("\n\n")[2])
    bodies = [json.loads(sent.body) for sent in Delivery.objects.all()]
    [told] = [body for body in bodies if body["type"] == expected["type"]]
    assert differences(expected, told) == []


def test_no_other_guide_shows_what_nobody_tries(client: Client) -> None:
    for path in set(PAGES) - {"/docs/webhooks.md"}:
        kinds = {kind for kind, _, _ in blocks(client.get(path).content.decode())}
        assert kinds <= {"http", "json"}, path


def test_a_difference_is_noticed() -> None:
    assert differences({"a": "…", "b": "x…", "…": "…"}, {"a": 1, "b": "xy", "c": 2}) == []
    assert differences({"a": 1}, {"a": 1, "b": 2}) == [": also ['b']"]
    assert differences({"a": [1, "x…"]}, {"a": [2, "yx"]}) == ["/a/0: 1 and not 2", "/a/1: 'x…' and not 'yx'"]
    assert differences([1], [1, 2]) == [": [1] and not [1, 2]"]
    assert differences({"a": 1}, {}) == ["/a: 1 and not None"]


def test_every_address_that_is_named_leads_somewhere(client: Client) -> None:
    for room in ROOMS:
        text = client.get(room, headers={"Accept": "text/markdown"}).content.decode()
        links = re.findall(rf"(?:\]\(|: |at ){re.escape(config.public_url)}(/[^)\s·]*)", text)
        links += re.findall(r"\]\((/[^)]+)\)", text)
        for link in {each.rstrip(".,") for each in links} - {"/mcp"}:
            assert client.get(link).status_code == 200, (room, link)


@pytest.mark.parametrize("path", PAGES)
def test_a_guide_is_a_page_for_people_and_markdown_for_programs(client: Client, path: str) -> None:
    page = "/docs/" + path.rpartition("/")[2].removesuffix(".md").lower()
    text = client.get(path)
    assert (text.status_code, text.headers["Content-Type"]) == (200, "text/markdown; charset=utf-8")
    html = client.get(page, headers={"Accept": "text/html,*/*;q=0.8"})
    assert html.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Accept" in html.headers["Vary"].split(", ")
    assert "<h1>" in html.content.decode()
    assert client.get(page, headers={"Accept": "text/markdown"}).content == text.content


def test_no_guide_holds_what_the_template_did_not_know(client: Client) -> None:
    for path in PAGES:
        text = client.get(path).content.decode()
        assert "{{" not in text
        assert "{%" not in text
        assert not re.search(r"\(\)|  +to ", text), path


def test_raw_html_in_a_guide_is_shown_and_not_carried_out() -> None:
    assert "<script>" not in reader().render("<script>alert(1)</script>")


def test_a_guide_that_is_none_is_not_found(client: Client) -> None:
    assert client.get("/docs/nonsense").status_code == 404
    assert client.get("/docs/nonsense.md").status_code == 404


def test_numbers_in_the_guides_are_those_of_the_house(client: Client) -> None:
    facts = guides.facts()
    assert (facts["fee"], facts["blocked_share"], facts["play_money"]) == ("10 %", "30 %", "1000.00")
    assert facts["dispute_windows"] == [
        ("under 5.00", "24 hours"),
        ("under 100.00", "72 hours"),
        ("above that", "7 days"),
    ]


def test_the_page_for_models_costs_them_little(client: Client) -> None:
    bpe = pytest.importorskip("rs_bpe", reason="the tokenizer has no wheel for this Python")
    assert bpe.openai.o200k_base().count(client.get("/SKILL.md").content.decode()) <= 1_500
