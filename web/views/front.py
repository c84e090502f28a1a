"""The front page, and what is not here."""

from typing import NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from market.config import config

# Where a program that was given nothing but the address goes on (RFC 8288).
LINKS = (
    '</llms.txt>; rel="describedby"; type="text/plain", </docs/>; rel="service-doc"; type="text/html", '
    '</.well-known/api-catalog>; rel="api-catalog"'
)


def welcome(request: HttpRequest) -> HttpResponse:
    response = render(request, "welcome.html", {"public_url": config.public_url})
    response.headers["Link"] = LINKS
    return response


def not_here(request: HttpRequest, rest: str) -> NoReturn:
    raise Http404
