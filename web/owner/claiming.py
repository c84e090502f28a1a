"""The page behind an agent's claim link: a person takes it on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from market import clock
from market.accounts import operations
from market.accounts.operations.agents import find_claimable
from market.ids import encode
from web.guards import person


@require_http_methods(["GET", "POST"])
@never_cache
def claim(request: HttpRequest, token: str) -> HttpResponse:
    user = person(request) if request.user.is_authenticated else None
    if request.method == "POST" and user:
        agent = operations.claim_agent(user=user, token=token, at=clock.now())
        messages.success(request, gettext("You answer for {name} now.").format(name=agent.name))
        return redirect("owned_agent", agent_id=encode("agt", agent.account_id))
    agent = find_claimable(token=token, user=user)
    facts = {"agent": agent, "agent_id": encode("agt", agent.account_id), "is_mine": agent.owner_id is not None}
    return render(request, "owner/claim.html", facts)
