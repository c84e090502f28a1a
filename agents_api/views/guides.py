"""The guides, as Markdown and as pages, and the small files by which programs find their way."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from functools import cache

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt

from agents_api import guides
from agents_api.guides import Guide
from agents_api.negotiation import markdown, varying, wants_markdown
from market.config import config

_SELF_HOSTING = "/docs/self-hosting.md"


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    text = render_to_string("guides/llms.txt", guides.facts())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")


@require_safe
def as_markdown(request: HttpRequest, name: str) -> HttpResponse:
    return markdown(_text(_found(name)))


@require_safe
def negotiated(request: HttpRequest, name: str) -> HttpResponse:
    guide = _found(name)
    text = _text(guide)
    if wants_markdown(request):
        return varying(markdown(text))
    return varying(render(request, "docs/guide.html", {"guide": guide, "guide_html": _as_html(text)}))


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    if wants_markdown(request):
        return varying(markdown(render_to_string("guides/llms.txt", guides.facts())))
    return varying(render(request, "docs/index.html", {"guides": [(_page_of(each), each) for each in _all()]}))


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
        "status": [{"href": f"{url}/readyz"}],
    }
    body = json.dumps({"linkset": [described, {"anchor": f"{url}/mcp", "service-doc": described["service-doc"]}]})
    return HttpResponse(
        body, content_type='application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    )


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
    pages = ["/", "/docs/", "/docs/errors", "/llms.txt", *(_page_of(guide) for guide in _all())]
    urls = "".join(f"<url><loc>{config.public_url}{page}</loc></url>" for page in pages)
    body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
    return HttpResponse(f'<?xml version="1.0" encoding="UTF-8"?>{body}', content_type="application/xml; charset=utf-8")


def _all() -> tuple[Guide, ...]:
    return (*guides.GUIDES, Guide(_SELF_HOSTING, "Self-hosting", "Run an exchange of your own.", ""))


def _page_of(guide: Guide) -> str:
    return f"/docs/{guide.path.rpartition('/')[2].removesuffix('.md').lower()}"


def _found(name: str) -> Guide:
    found = next((guide for guide in _all() if _page_of(guide) == f"/docs/{name}"), None)
    if found is None:
        raise Http404
    return found


def _text(guide: Guide) -> str:
    return guides.text_of(guide) if guide.template else guides.self_hosting()


@cache
def reader() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _as_html(text: str) -> str:
    """Links between guides lead people to pages and programs to Markdown."""
    for guide in _all():
        text = text.replace(f"{config.public_url}{guide.path})", f"{_page_of(guide)})")
    html: str = reader().render(text)
    return mark_safe(html)  # noqa: S308 - our own texts, and raw HTML in them is not let through
