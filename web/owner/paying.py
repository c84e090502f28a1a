"""Real money: a person opens a live agent, and pays for a deposit on Stripe's page. The page here tells the costs."""

from collections.abc import Callable
from functools import wraps

from csp.constants import SELF
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from market import clock
from market.accounts import operations
from market.config import config
from market.errors import DomainError
from market.ids import encode
from market.payments import automatic, refunds, stripe_gateway, top_ups
from market.payments.states import TopUpState
from market.payments.stripe_words import StripeTrouble
from web.guards import freshly_signed_in, person, signed_in
from web.owner import showing
from web.owner.forms import AutomaticForm, LiveAgentForm, RefundForm, blame
from web.owner.reading import own_agent, own_top_up

View = Callable[..., HttpResponseBase]


def leads_to_payment_pages(view: View) -> View:
    """A browser follows the answer to a form only to where the page may send forms: Stripe's payment page, too."""

    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        # Asked for each time: which Stripe is asked is known when it is, and not when this file is read.
        payment_pages = settings.STRIPE_API_ADDRESS or "https://checkout.stripe.com"
        led: View = csp_update({"form-action": [SELF, payment_pages]})(view)
        return led(request, *args, **kwargs)

    return answer


@require_http_methods(["GET", "POST"])
@freshly_signed_in
def go_live(request: HttpRequest) -> HttpResponse:
    form = LiveAgentForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            stripe_gateway.require_open()
            agent = operations.open_live_agent(user=person(request), name=form.cleaned_data["name"], at=clock.now())
        except DomainError as refusal:
            blame(form, refusal)
        else:
            messages.success(
                request, gettext("{name} is there, in live mode. Top it up, and make it a key.").format(name=agent.name)
            )
            return redirect("owned_agent", agent_id=encode("agt", agent.account_id))
    return render(request, "owner/go_live.html", {"form": form, "costs": showing.costs()})


@leads_to_payment_pages
@require_http_methods(["GET", "POST"])
@signed_in
def pay(request: HttpRequest, deposit_id: str) -> HttpResponse:
    """The owner's own page for a deposit. Coming back to it credits nothing: it has Stripe asked."""
    top_up = own_top_up(request, deposit_id)
    waits = top_up.state == TopUpState.AWAITING_PAYMENT
    if request.method == "POST" and waits and stripe_gateway.is_open():
        back = f"{config.public_url}{reverse('pay', kwargs={'deposit_id': deposit_id})}?back=1"
        try:
            return redirect(top_ups.open_checkout(top_up_id=top_up.id, return_address=back, at=clock.now()))
        except StripeTrouble:
            messages.error(
                request, gettext("Our payment service does not answer at the moment. You have not been charged.")
            )
    came_back = waits and "back" in request.GET and bool(top_up.session_id)
    if came_back and stripe_gateway.is_open():
        top_ups.ask_to_look(top_up_id=top_up.id)
    facts = {"top_up": showing.top_up(top_up), "costs": showing.costs(), "came_back": came_back}
    return render(request, "owner/pay.html", facts)


@require_http_methods(["GET", "POST"])
@freshly_signed_in
def pay_back(request: HttpRequest, agent_id: str) -> HttpResponse:
    """What was not spent, back to the card it came from."""
    agent = own_agent(request, agent_id)
    form = RefundForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            refunds.ask_refund(agent=agent.account, amount_micros=form.cleaned_data["amount"], at=clock.now())
        except DomainError as refusal:
            blame(form, refusal)
        else:
            messages.success(request, gettext("It goes back to your card, which may take some days."))
            return redirect("top_up", agent_id=agent_id)
    facts = {"agent": showing.agent(agent), "form": form, "refundable": showing.refundable(agent)}
    return render(request, "owner/pay_back.html", facts)


@require_http_methods(["GET", "POST"])
@freshly_signed_in
def automatic_top_up(request: HttpRequest, agent_id: str) -> HttpResponse:
    """Threshold, amount and monthly cap of topping up by itself; with them it is on."""
    agent = own_agent(request, agent_id)
    card = showing.saved_card(agent)
    if card is None:
        return redirect("top_up", agent_id=agent_id)
    initial = {name: card[name] or "" for name in ("threshold", "amount", "monthly_cap")}
    form = AutomaticForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        given = form.cleaned_data
        try:
            automatic.switch_on(
                agent=agent.account,
                threshold_micros=given["threshold"],
                amount_micros=given["amount"],
                monthly_cap_micros=given["monthly_cap"],
            )
        except DomainError as refusal:
            blame(form, refusal)
        else:
            messages.success(request, gettext("The agent is topped up by itself from now on."))
            return redirect("top_up", agent_id=agent_id)
    facts = {"agent": showing.agent(agent), "form": form, "card": card, "costs": showing.costs()}
    return render(request, "owner/automatic.html", facts)


@require_POST
@signed_in
def stop_topping_up(request: HttpRequest, agent_id: str) -> HttpResponse:
    """Switched off, and with `forget` the card is gone too, here and at Stripe."""
    agent = own_agent(request, agent_id)
    if "forget" in request.POST:
        automatic.forget_card(agent=agent.account)
        messages.success(request, gettext("The card is forgotten."))
    else:
        automatic.switch_off(agent=agent.account)
        messages.success(request, gettext("The agent is no longer topped up by itself."))
    return redirect("top_up", agent_id=agent_id)
