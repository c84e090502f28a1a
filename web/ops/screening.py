"""A bounty that a person should see: before it is on offer, or because a scout reported it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from bounties import desk
from bounties.operations import reporting, screening
from bounties.places import Place
from bounties.policies.grounds import REPORT
from bounties.states import BountyState
from market import clock
from market.errors import DomainError
from web.addresses import known
from web.guards import for_operators
from web.ops import money
from web.ops.acting import ReasonForm, operator

_DO = {
    "allow": screening.allow,
    "refuse": screening.refuse,
    "keep": reporting.keep,
    "take_off": reporting.take_off,
}


@require_http_methods(["GET", "POST"])
@for_operators
def bounty(request: HttpRequest, bounty_id: str) -> HttpResponse:
    found = desk.bounty(known(bounty_id, "bnt"))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    ruling = _DO.get(request.POST.get("ruling", ""))
    if form.is_valid() and ruling is not None:
        try:
            ruling(
                operator=operator(request),
                bounty_id=found.id,
                reason=form.cleaned_data["reason"],
                at=clock.now(),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, gettext("It is decided."))
            return redirect("desk")
    if found.state == BountyState.SCREENING:
        choices = money.of_screening(found)
    else:
        choices = money.of_report(found) if found.open_reports else ()
    facts = {
        "bounty_id": bounty_id,
        "bounty": found,
        "place": Place.of_e7(found.latitude_e7, found.longitude_e7),
        "form": form,
        "choices": choices,
        "reports": [(each, REPORT[each.ground].sentence) for each in found.reports.all()],
        "acts": desk.acts_on(found.id),
    }
    return render(request, "ops/bounty.html", facts)
