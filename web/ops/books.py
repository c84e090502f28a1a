"""The money of the house: whether the books and Stripe agree, and letting payouts go on after a look."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from market import clock
from market.accounts import audit
from market.accounts.models import Mode
from market.errors import DomainError
from market.payments import stopping
from web.guards import for_operators, person
from web.ops.acting import ReasonForm


@require_http_methods(["GET", "POST"])
@for_operators
def books(request: HttpRequest) -> HttpResponse:
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            stopping.resume_payouts(
                mode=Mode.LIVE,
                by=audit.Actor.user(person(request)),
                because=form.cleaned_data["reason"],
                at=clock.now(),
            )
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, gettext("Payouts go on."))
            return redirect("ops_money")
    return render(request, "ops/books.html", {"form": form, "stop": stopping.stop_in_force(Mode.LIVE)})
