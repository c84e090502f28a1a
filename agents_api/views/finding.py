"""The small files by which programs find their way: where they look first, before they know anything."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agents_api import mcp
from agents_api.guides import SKILL
from agents_api.views.guides import every, page_of
from market.config import config

_CARD = "application/mcp-server-card+json"
_CARD_PATH = "/mcp/server-card"


@require_safe
def api_catalog(request: HttpRequest) -> HttpResponse:
    """RFC 9727: where the API is described, for programs that look for it at the well-known address."""
    url = config.public_url
    described = {
        "anchor": f"{url}/v1",
        "service-desc": [{"href": f"{url}/v1/openapi.json", "type": "application/vnd.oai.openapi+json;version=3.1"}],
        "service-doc": [
            {"href": f"{url}/docs/", "type": "text/html"},
            {"href": f"{url}/llms.txt", "type": "text/plain"},
        ],
        "service-meta": [{"href": f"{url}/arazzo.yaml", "type": "application/vnd.oai.workflows+yaml;version=1.0.1"}],
        "status": [{"href": f"{url}/readyz"}],
    }
    tools = {
        "anchor": f"{url}/mcp",
        "service-desc": [{"href": f"{url}{_CARD_PATH}", "type": _CARD}],
        "service-doc": described["service-doc"],
    }
    kind = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    return _public({"linkset": [described, tools]}, kind)


@require_safe
def server_card(request: HttpRequest) -> HttpResponse:
    """SEP-2127: where the server for models is and how it is reached, for clients that have not connected yet."""
    url = config.public_url
    key = {
        "description": f"Of an agent; POST {url}/v1/agents makes one for play money, at once.",
        "isRequired": True,
        "isSecret": True,
    }
    authorization = {"name": "Authorization", "value": "Bearer {key}", "isSecret": True, "variables": {"key": key}}
    card = {
        "$schema": "https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json",
        "name": server_name(_host()),
        "version": mcp.VERSION,
        "title": mcp.TITLE,
        "description": mcp.SAYS,
        "websiteUrl": url,
        "remotes": [
            {
                "type": "streamable-http",
                "url": f"{url}/mcp",
                "supportedProtocolVersions": list(mcp.PROTOCOL_VERSIONS),
                "headers": [authorization],
            }
        ],
    }
    return _public(card, _CARD)


@require_safe
def ai_catalog(request: HttpRequest) -> HttpResponse:
    """What this host has for agents, by the AI Catalog's draft: the card of the server, and the skill to read."""
    url = config.public_url
    entries = [
        {"identifier": f"urn:air:{_host()}:mcp:{mcp.NAME}", "type": _CARD, "url": f"{url}{_CARD_PATH}"},
        {
            "identifier": f"urn:air:{_host()}:skill:{mcp.NAME}",
            "type": "application/agent-skills+md",
            "url": f"{url}/SKILL.md",
            "displayName": SKILL.title,
            "description": SKILL.says,
        },
    ]
    host = {"displayName": mcp.TITLE, "identifier": _host(), "documentationUrl": f"{url}/docs/"}
    return _public({"specVersion": "1.0", "host": host, "entries": entries}, "application/ai-catalog+json")


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """RFC 9116. It promises a month and is made anew with every answer: a house that is gone promises nothing."""
    expires = (datetime.now(UTC) + timedelta(days=30)).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = [
        f"Contact: mailto:{parseaddr(config.email_from)[1]}",
        f"Expires: {expires.isoformat().replace('+00:00', 'Z')}",
        f"Canonical: {config.public_url}/.well-known/security.txt",
        "Preferred-Languages: en, es",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    closed = ("/accounts/", "/capture/", "/dev/", "/me", "/ops/", "/owner/", "/v1/")
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in closed), f"Sitemap: {config.public_url}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    pages = ["/", "/docs/", "/docs/errors", "/llms.txt", *(page_of(guide) for guide in every())]
    urls = "".join(f"<url><loc>{config.public_url}{page}</loc></url>" for page in pages)
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return HttpResponse(f'<?xml version="1.0" encoding="UTF-8"?>{body}', content_type="application/xml; charset=utf-8")


def server_name(host: str) -> str:
    """As a package is named: the host from its end, then what it is there. An address of numbers has its colons."""
    return f"{'.'.join(reversed(host.replace(':', '-').split('.')))}/{mcp.NAME}"


def _host() -> str:
    return urlsplit(config.public_url).hostname or "localhost"


def _public(document: dict[str, Any], content_type: str) -> HttpResponse:
    """For everybody, from whatever page it is asked."""
    response = HttpResponse(json.dumps(document), content_type=content_type)
    response.headers["Cache-Control"] = "public, max-age=3600"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Methods"] = "GET"
    response.headers["Access-Control-Allow-Headers"] = "Content-Type"
    return response
