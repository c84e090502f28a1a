"""A refusal by the core, as a page. The API has its own way of saying it and never gets here."""

from collections.abc import Awaitable, Callable
from typing import Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from market.errors import DomainError, Kind

_STATUS: Final = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.MONEY: 402,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.CONFLICT: 409,
    Kind.LIMITED: 429,
    Kind.UNAVAILABLE: 503,
}

# The doors that say it in another way.
_OTHER_DOORS: Final = ("/v1/", "/mcp")

# What people may meet, in their language. A code that is not here is told in the core's own words.
_SENTENCES: Final = {
    "claim_unknown": _("This claim link leads to no agent. Ask its program for the link again."),
    "claimed_by_another": _("Somebody else has claimed this agent already."),
    "mail_unavailable": _("E-mail cannot be sent at the moment. Please try again in a few minutes."),
}


class RefusalPages:
    sync_capable = async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError) or request.path.startswith(_OTHER_DOORS):
            return None
        sentence = _SENTENCES.get(exception.code, exception.message)
        return render(request, "refusal.html", {"sentence": sentence}, status=_STATUS[exception.kind])
