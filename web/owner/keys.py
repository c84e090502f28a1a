"""An owner makes, limits and ends an agent's keys."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from market import clock
from market.accounts import operations
from market.accounts.audit import Actor
from market.errors import DomainError
from market.ids import encode
from market.money import format_micros
from web.guards import freshly_signed_in, person, signed_in
from web.owner import showing
from web.owner.forms import CAPS, CapsForm, KeyForm, blame
from web.owner.reading import key_of, own_agent


@require_http_methods(["GET", "POST"])
@freshly_signed_in
def keys(request: HttpRequest, agent_id: str) -> HttpResponse:
    """Make one. Its text is in this one answer and is not kept, so the answer is the page and no redirect."""
    agent = own_agent(request, agent_id)
    form = KeyForm(request.POST if request.method == "POST" else None)
    new = None
    if form.is_valid():
        try:
            new = operations.issue_key(
                account_id=agent.account_id,
                by=Actor.user(person(request)),
                at=clock.now(),
                label=form.cleaned_data["label"],
                scopes=form.cleaned_data["scopes"],
                networks=form.cleaned_data["networks"],
                **form.caps(),
            )
        except DomainError as refusal:
            blame(form, refusal)
    facts = {"agent": showing.agent(agent), "form": form, "key_text": new.text if new else None}
    return render(request, "owner/new_key.html", facts)


@require_http_methods(["GET", "POST"])
@signed_in
def limit(request: HttpRequest, agent_id: str, key_id: str) -> HttpResponse:
    agent = own_agent(request, agent_id)
    key = key_of(agent, key_id)
    now = {name: getattr(key, f"{name}_micros") for name in CAPS}
    initial = {name: "" if micros is None else format_micros(micros) for name, micros in now.items()}
    form = CapsForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            operations.limit_key(
                account_id=agent.account_id,
                key_id=key.id,
                by=Actor.user(person(request)),
                at=clock.now(),
                **form.caps(),
            )
        except DomainError as refusal:
            blame(form, refusal)
        else:
            messages.success(request, gettext("The caps are set."))
            return redirect("owned_agent", agent_id=agent_id)
    facts = {"agent": showing.agent(agent), "form": form, "key": showing.key(key, spent={}, at=clock.now())}
    return render(request, "owner/limit_key.html", facts)


@require_POST
@signed_in
def revoke(request: HttpRequest, agent_id: str, key_id: str) -> HttpResponse:
    agent = own_agent(request, agent_id)
    key = key_of(agent, key_id)
    operations.revoke_key(account_id=agent.account_id, key_id=key.id, by=Actor.user(person(request)), at=clock.now())
    messages.success(request, gettext("The key is ended, everywhere within a second."))
    return redirect("owned_agent", agent_id=encode("agt", agent.account_id))
