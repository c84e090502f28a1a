"""Who I am here, and what I may become."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from market import clock
from market.accounts import operations, queries
from market.accounts.models import Mode
from web.guards import person, signed_in
from web.scouts import choose, current_scout


@require_GET
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    user = person(request)
    scouts = {scout.mode: scout for scout in queries.scouts_of(user)}
    facts = {
        "practises": Mode.TEST in scouts,
        "earns": Mode.LIVE in scouts,
        "agents": queries.agents_of(user),
        "is_operator": queries.is_operator(user),
        "passkeys": Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count(),
    }
    return render(request, "me.html", facts)


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Where who has just come in is led: scouts to what is asked near them, others to what they are here."""
    return redirect("nearby" if current_scout(request) else "me")


@require_GET
@signed_in
def begin(request: HttpRequest) -> HttpResponse:
    """For who is in and no scout yet."""
    return redirect("nearby") if current_scout(request) else render(request, "scout/begin.html")


@require_POST
@signed_in
def become_scout(request: HttpRequest) -> HttpResponse:
    mode = Mode.LIVE if request.POST.get("mode") == Mode.LIVE else Mode.TEST
    operations.become_scout(user=person(request), mode=mode, at=clock.now())
    choose(request, mode)
    messages.success(request, gettext("You are a scout now. Thank you for lending your eyes."))
    return redirect("nearby")


@require_http_methods(["GET", "POST"])
def sign_in_again(request: HttpRequest) -> HttpResponse:
    """For who is signed in, but not freshly enough. By POST only: no link from elsewhere signs anybody out."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""
    if request.method == "POST":
        logout(request)
        return redirect(f"{reverse('account_login')}?{urlencode({'next': safe})}" if safe else "account_login")
    return render(request, "sign_in_again.html", {"next": safe})
