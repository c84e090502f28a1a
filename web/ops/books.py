"""The house's money: whether the books and Stripe agree, what nobody understands yet, and letting payouts go on."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from market import clock
from market.accounts import audit
from market.accounts.models import Mode
from market.errors import DomainError
from market.ledger.postings import AccountKind
from market.money import from_cents
from market.payments import reconciling, stopping
from market.payments.models import Reconciliation
from web.guards import for_operators, person
from web.ops.acting import ReasonForm

_SHOWN = 14
_BEARERS = (
    (AccountKind.DISPUTE_LOSS, _("The house's losses")),
    (AccountKind.PROCESSING_FEE, _("Stripe's fees")),
    (AccountKind.HOUSE_BANK, _("The house's own bank")),
    (AccountKind.PLATFORM_FEE, _("The house's income")),
)


class ExplainForm(ReasonForm):
    transaction = forms.CharField(widget=forms.HiddenInput)
    to = forms.ChoiceField(label=_("It belongs to"), choices=_BEARERS)


@require_http_methods(["GET", "POST"])
@for_operators
def books(request: HttpRequest) -> HttpResponse:
    is_explaining = "transaction" in request.POST
    resume = ReasonForm(request.POST if request.method == "POST" and not is_explaining else None)
    explain = ExplainForm(request.POST if is_explaining else None, auto_id=False)
    by, at = audit.Actor.user(person(request)), clock.now()
    form = explain if is_explaining else resume
    if form.is_valid():
        said = form.cleaned_data
        try:
            if is_explaining:
                to = AccountKind(said["to"])
                reconciling.explain(transaction_id=said["transaction"], to=to, by=by, because=said["reason"], at=at)
                messages.success(request, gettext("It is booked."))
            else:
                stopping.resume_payouts(mode=Mode.LIVE, by=by, because=said["reason"], at=at)
                messages.success(request, gettext("Payouts go on."))
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("ops_money")
    facts = {
        "form": resume,
        "explain": explain,
        "bearers": _BEARERS,
        "stop": stopping.stop_in_force(Mode.LIVE),
        "runs": [
            (each, from_cents(each.available_cents + each.pending_cents), -each.clearing_micros)
            for each in Reconciliation.objects.order_by("-at")[:_SHOWN]
        ],
        "suspended": [(each, from_cents(each.net_cents)) for each in reconciling.in_suspense()],
    }
    return render(request, "ops/books.html", facts)
