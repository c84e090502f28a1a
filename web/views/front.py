"""The front page, and what is not here."""

from typing import NoReturn

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from market.config import config


def welcome(request: HttpRequest) -> HttpResponse:
    return render(request, "welcome.html", {"public_url": config.public_url})


def not_here(request: HttpRequest, rest: str) -> NoReturn:
    raise Http404
