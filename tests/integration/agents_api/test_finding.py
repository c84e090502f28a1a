"""Programs that know nothing but the address find everything else from it."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from agents_api import mcp
from agents_api.views.finding import server_name
from market.config import config

pytestmark = pytest.mark.django_db

CATALOG, AI_CATALOG = "/.well-known/api-catalog", "/.well-known/ai-catalog.json"
CARDS = ["/mcp/server-card", "/.well-known/mcp/server-card.json"]


def read(client: Client, path: str) -> Any:
    answer = client.get(path)
    assert answer.status_code == 200, path
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    return json.loads(answer.content)


def test_the_catalogs_name_the_description_the_documents_and_the_card(client: Client) -> None:
    assert client.get(CATALOG).headers["Content-Type"].startswith("application/linkset+json")
    api, tools = read(client, CATALOG)["linkset"]
    assert (api["anchor"], tools["anchor"]) == (f"{config.public_url}/v1", f"{config.public_url}/mcp")
    assert tools["service-desc"][0]["href"] == f"{config.public_url}/mcp/server-card"
    assert client.get(AI_CATALOG).headers["Content-Type"] == "application/ai-catalog+json"
    card, skill = read(client, AI_CATALOG)["entries"]
    named = [*api["service-desc"], *api["service-doc"], *api["service-meta"], *tools["service-desc"]]
    for url in [each["href"] for each in named] + [card["url"], skill["url"]]:
        assert client.get(url.removeprefix(config.public_url)).status_code == 200, url


@pytest.mark.parametrize("path", CARDS)
def test_the_card_says_how_to_connect(client: Client, path: str) -> None:
    card = read(client, path)
    assert client.get(path).headers["Content-Type"] == "application/mcp-server-card+json"
    assert re.fullmatch(r"[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+", card["name"])
    assert 1 <= len(card["description"]) <= 100
    [remote] = card["remotes"]
    assert (remote["type"], remote["url"]) == ("streamable-http", f"{config.public_url}/mcp")
    [header] = remote["headers"]
    assert (header["name"], header["value"], header["isSecret"]) == ("Authorization", "Bearer {key}", True)
    assert (*HANDSHAKE_PROTOCOL_VERSIONS, *MODERN_PROTOCOL_VERSIONS) == mcp.PROTOCOL_VERSIONS
    assert remote["supportedProtocolVersions"] == list(mcp.PROTOCOL_VERSIONS)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost", "localhost/sightline"),
        ("sightline.example.org", "org.example.sightline/sightline"),
        ("::1", "--1/sightline"),
    ],
)
def test_a_server_is_named_after_its_host(host: str, name: str) -> None:
    assert server_name(host) == name


def test_security_txt_names_somebody_and_does_not_promise_for_ever(client: Client) -> None:
    told = client.get("/.well-known/security.txt").content.decode()
    assert re.search(r"^Contact: mailto:\S+@\S+$", told, re.MULTILINE)
    assert re.search(r"^Expires: \d{4}-\d\d-\d\dT00:00:00Z$", told, re.MULTILINE)


def test_crawlers_are_kept_from_the_api_and_led_to_the_pages(client: Client) -> None:
    robots = client.get("/robots.txt").content.decode()
    assert "Disallow: /v1/" in robots
    assert f"Sitemap: {config.public_url}/sitemap.xml" in robots
    sitemap = client.get("/sitemap.xml").content.decode()
    listed = re.findall(r"<loc>([^<]+)</loc>", sitemap)
    assert f"{config.public_url}/docs/skill" in listed
    for each in listed:
        assert client.get(each.removeprefix(config.public_url)).status_code == 200, each


def test_the_front_page_points_to_them(client: Client) -> None:
    links = re.findall(r"<([^>]+)>", client.get("/").headers["Link"])
    assert {"/llms.txt", "/docs/", CATALOG, AI_CATALOG} <= set(links)
    for path in links:
        assert client.get(path).status_code == 200, path
