"""An owner tops an agent up, and reads what moved its money."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from bounties.queries import titles_of
from market import clock
from market.accounts.models import Mode
from market.errors import DomainError
from market.ids import decode, encode
from market.ledger import history
from market.ledger.postings import Book
from market.money import format_micros
from market.payments import deposits
from web.guards import signed_in
from web.owner import showing
from web.owner.forms import LiveTopUpForm, TopUpForm, blame
from web.owner.reading import own_agent, paid_for

_PAGE = 50
_CURSOR = "cur"


@require_GET
@signed_in
def ledger(request: HttpRequest, agent_id: str) -> HttpResponse:
    agent = own_agent(request, agent_id)
    text = request.GET.get("before")
    before = decode(_CURSOR, text) if text else None
    if text and before is None:
        raise Http404
    book = Book.of(agent.account.mode)
    moved = history.of_agent(book, agent.account_id, limit=_PAGE + 1, before=before, kinds=history.KINDS)
    older = encode(_CURSOR, moved[_PAGE - 1].entry_id) if len(moved) > _PAGE else None
    entries = showing.entries(moved[:_PAGE], titles_of({each.bounty_id for each in moved if each.bounty_id}))
    return render(request, "owner/ledger.html", {"agent": showing.agent(agent), "entries": entries, "older": older})


@require_http_methods(["GET", "POST"])
@signed_in
def top_up(request: HttpRequest, agent_id: str) -> HttpResponse:
    agent = own_agent(request, agent_id)
    kind = LiveTopUpForm if agent.account.mode == Mode.LIVE else TopUpForm
    form = kind(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = deposits.make_deposit(
                agent=agent.account,
                amount_micros=form.cleaned_data["amount"],
                at=clock.now(),
                saves_card=form.cleaned_data.get("save_card", False),
            )
        except DomainError as refusal:
            blame(form, refusal)
        else:
            if made.checkout_url is not None:
                return redirect("pay", deposit_id=encode("dep", made.id))
            amount = format_micros(made.amount_micros)
            messages.success(request, gettext("{amount} USD of play money came in.").format(amount=amount))
            return redirect("owned_agent", agent_id=agent_id)
    facts = {
        "agent": showing.agent(agent),
        "form": form,
        "costs": showing.costs(),
        "payments": [showing.payment(each) for each in paid_for(agent)],
        "card": showing.saved_card(agent),
        "refundable": showing.refundable(agent),
    }
    return render(request, "owner/top_up.html", facts)
