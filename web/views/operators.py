"""The operators' desk: who decided what about whom."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from market.accounts import queries
from web.guards import for_operators

_LINES = 50


@require_GET
@for_operators
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "ops/desk.html", {"lines": queries.newest_audit(limit=_LINES)})
