"""On the way: a claim from taking it to arriving."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bounties import operations, scouting
from market import clock
from market.accounts.models import Scout
from web.addresses import known
from web.scouts import for_scouts
from web.standpoint import standpoint, way_to
from web.zones import zone_at


@require_GET
@for_scouts
def claim(request: HttpRequest, scout: Scout, claim_id: str) -> HttpResponse:
    found = scouting.claim_of(scout=scout.account, claim_id=known(claim_id, "clm"))
    offer, here, at = found.offer, standpoint(request), clock.now()
    facts = {"claim": found, "offer": offer, "zone": zone_at(offer.place), "now": at, "is_over": found.is_over(at)}
    if here is not None:
        facts |= way_to(offer, here=here)
    return render(request, "scout/claim.html", facts)


@require_POST
@for_scouts
def extend(request: HttpRequest, scout: Scout, claim_id: str) -> HttpResponse:
    operations.extend(scout=scout.account, claim_id=known(claim_id, "clm"), at=clock.now())
    messages.success(request, gettext("You have half an hour more."))
    return redirect("claim_page", claim_id)


@require_POST
@for_scouts
def release(request: HttpRequest, scout: Scout, claim_id: str) -> HttpResponse:
    operations.release(scout=scout.account, claim_id=known(claim_id, "clm"), at=clock.now())
    messages.success(request, gettext("Given back. Somebody else can have it now."))
    return redirect("nearby")
