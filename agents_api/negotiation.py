"""One page for two readers: HTML for people, Markdown for programs that ask for it."""

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

MARKDOWN = "text/markdown"


def wants_markdown(request: HttpRequest) -> bool:
    return request.get_preferred_type(["text/html", MARKDOWN]) == MARKDOWN


def markdown(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type=f"{MARKDOWN}; charset=utf-8")


def varying(response: HttpResponse) -> HttpResponse:
    patch_vary_headers(response, ["Accept"])
    return response
