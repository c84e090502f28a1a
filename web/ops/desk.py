"""The desk: what waits for us, and who decided what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from bounties import desk as waiting
from market import clock
from market.accounts import queries
from market.ids import encode
from web.guards import for_operators
from web.ops import charges

_LISTED = 100
_LINES = 50


@require_GET
@for_operators
def desk(request: HttpRequest) -> HttpResponse:
    facts = {
        "charges": charges.running(),
        "now": clock.now(),
        "screening": [(encode("bnt", each.id), each) for each in waiting.in_screening(limit=_LISTED)],
        "reported": [(encode("bnt", each.id), each) for each in waiting.reported(limit=_LISTED)],
        "reviews": [(encode("sub", each.id), each) for each in waiting.in_review(limit=_LISTED)],
        "disputes": [(encode("sub", each.submission_id), each) for each in waiting.contested(limit=_LISTED)],
        "lines": queries.newest_audit(limit=_LINES),
    }
    return render(request, "ops/desk.html", facts)
