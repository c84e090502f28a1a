"""One bounty, and claiming a slot of it."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from bounties import operations, scouting
from bounties.operations.claiming import LICENCE
from bounties.policies.grounds import REPORT
from market import clock, ids
from market.accounts.models import Scout
from market.errors import DomainError, Kind
from web.addresses import known
from web.refusals import said, status_of
from web.scouts import for_scouts
from web.standpoint import Standpoint, keep, standpoint, told_place, way_to
from web.zones import zone_at

_GROUNDS: Final = {
    "dangerous": _("Whoever goes there, or captures there, is in danger."),
    "spies_on_people": _("It asks for somebody's private life, home, face or whereabouts."),
    "unlawful": _("What is asked for is against the law there."),
    "cannot_be_done": _("There is no such place, or nobody can get to it."),
    "not_a_question": _("It is advertising, abuse or nonsense."),
    "other": _("Something else, which I say below."),
}


@require_GET
@for_scouts
def bounty(request: HttpRequest, scout: Scout, bounty_id: str) -> HttpResponse:
    return _page(request, scout, known(bounty_id, "bnt"))


@require_POST
@for_scouts
def claim(request: HttpRequest, scout: Scout, bounty_id: str) -> HttpResponse:
    """From where the device says it is just now; where it says nothing, from the place chosen for the list."""
    wanted = known(bounty_id, "bnt")
    told = told_place(request)
    if told is not None:
        keep(request, Standpoint(told))
    here = standpoint(request)
    if here is None:
        return _page(request, scout, wanted, status=400)
    try:
        made = operations.claim(
            scout=scout.account,
            bounty_id=wanted,
            location=here.place,
            at=clock.now(),
            resale=request.POST.get("resale") == "yes",
        )
    except DomainError as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            raise
        return _page(request, scout, wanted, refusal=refusal, status=status_of(refusal))
    return redirect("claim_page", ids.encode("clm", made.id))


@require_POST
@for_scouts
def report(request: HttpRequest, scout: Scout, bounty_id: str) -> HttpResponse:
    """That it should not be on offer. The buyer hears nothing of it."""
    operations.report(
        scout=scout.account,
        bounty_id=known(bounty_id, "bnt"),
        ground_code=request.POST.get("ground", ""),
        note=request.POST.get("note", "").strip(),
        at=clock.now(),
    )
    messages.success(request, gettext("Thank you. One of our staff looks at it."))
    return redirect("bounty", bounty_id)


def _page(
    request: HttpRequest, scout: Scout, bounty_id: UUID, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    at = clock.now()
    offer, asker = scouting.offer(bounty_id=bounty_id, scout=scout.account)
    here = standpoint(request)
    facts: dict[str, Any] = {
        "offer": offer,
        "asker": asker,
        "claim": scouting.claim_on(scout=scout.account, bounty_id=bounty_id),
        "zone": zone_at(offer.place),
        "licence": LICENCE,
        "standpoint": here,
        "now": at,
        "grounds": [(code, _GROUNDS.get(code, ground.sentence)) for code, ground in REPORT.items()],
    }
    if here is not None:
        facts |= way_to(offer, here=here)
        refusal = refusal or scouting.obstacle(bounty_id=bounty_id, scout=scout.account, location=here.place, at=at)
    if refusal is not None:
        facts |= {"refusal": said(refusal), "refusal_code": refusal.code}
    return render(request, "scout/bounty.html", facts, status=status)
