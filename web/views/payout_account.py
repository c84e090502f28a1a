"""Where a scout is paid: connecting an account at Stripe, coming back from there, and when money goes by itself."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from market import clock
from market.accounts.models import Scout
from market.config import config
from market.payments import payout_accounts
from market.payments.models import PayoutAccount
from market.payments.schedule import Schedule
from market.payments.stripe_words import StripeTrouble
from web.scouts import for_scouts


@require_POST
@for_scouts
def connect(request: HttpRequest, scout: Scout) -> HttpResponse:
    account = payout_accounts.open_account(scout=scout.account, country=request.POST.get("country", ""), at=clock.now())
    return _to_stripe(request, account)


@require_GET
@for_scouts
def again(request: HttpRequest, scout: Scout) -> HttpResponse:
    """A page of Stripe is good for one visit: here the next one begins."""
    account = payout_accounts.account_of(scout.account_id)
    return redirect("earnings") if account is None else _to_stripe(request, account)


@require_GET
@for_scouts
def connected(request: HttpRequest, scout: Scout) -> HttpResponse:
    """Back from Stripe. That somebody came back says nothing: what counts is fetched."""
    account = payout_accounts.account_of(scout.account_id)
    if account is not None:
        try:
            payout_accounts.refresh(account_id=account.id, at=clock.now())
        except StripeTrouble:
            messages.warning(request, gettext("Stripe does not answer just now. We ask again by ourselves."))
    return redirect("earnings")


@require_POST
@for_scouts
def choose_schedule(request: HttpRequest, scout: Scout) -> HttpResponse:
    chosen = request.POST.get("schedule", "")
    if chosen in list(Schedule):
        payout_accounts.choose_schedule(scout=scout.account, schedule=Schedule(chosen), at=clock.now())
        messages.success(request, gettext("Saved."))
    return redirect("earnings")


def _to_stripe(request: HttpRequest, account: PayoutAccount) -> HttpResponse:
    house = config.public_url.rstrip("/")
    try:
        address = payout_accounts.onboarding_address(
            account_id=account.id,
            return_address=house + reverse("payouts_connected"),
            again_address=house + reverse("payouts_again"),
            at=clock.now(),
        )
    except StripeTrouble:
        messages.warning(request, gettext("Stripe does not answer just now. Try again in a minute."))
        return redirect("earnings")
    return redirect(address)
