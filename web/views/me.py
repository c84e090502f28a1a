"""Who I am here, and what I may become."""

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bounties.queries import record_of
from market import clock
from market.accounts import operations, queries
from market.accounts.models import Mode, Scout
from web.about import UNITS_COOKIE
from web.guards import person, signed_in
from web.notices import operations as notices
from web.practice import put_around
from web.scouts import choose, current_scout, for_scouts
from web.standpoint import standpoint
from web.telling import Units

_A_YEAR = 365 * 24 * 3600


@require_GET
@signed_in
def me(request: HttpRequest) -> HttpResponse:
    user, scout = person(request), current_scout(request)
    request.scout = scout  # type: ignore[attr-defined]
    scouts = {scout.mode: scout for scout in queries.scouts_of(user)}
    facts = {
        "practises": Mode.TEST in scouts,
        "earns": Mode.LIVE in scouts,
        "record": record_of(scout.account_id) if scout else None,
        "standpoint": standpoint(request),
        "agents": queries.agents_of(user),
        "is_operator": queries.is_operator(user),
        "passkeys": Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).count(),
    }
    return render(request, "me.html", facts)


@require_GET
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """Where who has just come in is led: scouts to what is asked near them, others to what they are here."""
    scout = current_scout(request)
    if scout is None:
        return redirect("me")
    notices.begin(scout=scout, language=get_language() or "en")
    return redirect("nearby")


@require_GET
@signed_in
def begin(request: HttpRequest) -> HttpResponse:
    """For who is in and no scout yet."""
    return redirect("nearby") if current_scout(request) else render(request, "scout/begin.html")


@require_POST
@signed_in
def become_scout(request: HttpRequest) -> HttpResponse:
    mode = Mode.LIVE if request.POST.get("mode") == Mode.LIVE else Mode.TEST
    scout = operations.become_scout(user=person(request), mode=mode, at=clock.now())
    notices.begin(scout=scout, language=get_language() or "en")
    choose(request, mode)
    messages.success(request, gettext("You are a scout now. Thank you for lending your eyes."))
    return redirect("nearby")


@require_POST
@signed_in
def choose_mode(request: HttpRequest) -> HttpResponse:
    """Between money and practice, for who is a scout in both."""
    choose(request, Mode.LIVE if request.POST.get("mode") == Mode.LIVE else Mode.TEST)
    return redirect("nearby")


@require_POST
@signed_in
def choose_units(request: HttpRequest) -> HttpResponse:
    response = redirect("me")
    units = Units.IMPERIAL if request.POST.get("units") == Units.IMPERIAL else Units.METRIC
    # The capture's page reads it too: that one is on the phone, and the same for everybody.
    response.set_cookie(UNITS_COOKIE, str(units), max_age=_A_YEAR, samesite="Lax", secure=request.is_secure())
    return response


@require_POST
@for_scouts
def practise(request: HttpRequest, scout: Scout) -> HttpResponse:
    here = standpoint(request)
    if here is None or scout.mode != Mode.TEST:
        return redirect("me")
    added = put_around(place=here.place, at=clock.now())
    messages.success(
        request,
        ngettext("{n} question was put around you.", "{n} questions were put around you.", added).format(n=added)
        if added
        else gettext("Enough of them are around you already."),
    )
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
