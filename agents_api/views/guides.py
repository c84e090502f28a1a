"""The guides, as Markdown and as pages."""

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
    return varying(render(request, "docs/index.html", {"guides": [(page_of(each), each) for each in every()]}))


def every() -> tuple[Guide, ...]:
    return (*guides.GUIDES, Guide(_SELF_HOSTING, "Self-hosting", "Run an exchange of your own.", ""))


def page_of(guide: Guide) -> str:
    return f"/docs/{guide.path.rpartition('/')[2].removesuffix('.md').lower()}"


def _found(name: str) -> Guide:
    found = next((guide for guide in every() if page_of(guide) == f"/docs/{name}"), None)
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
    for guide in every():
        text = text.replace(f"{config.public_url}{guide.path})", f"{page_of(guide)})")
    html: str = reader().render(text)
    return mark_safe(html)  # noqa: S308 - our own texts, and raw HTML in them is not let through
