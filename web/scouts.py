"""As which scout a person is here: for money, or practising. One at a time, chosen on the page about oneself."""

from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from market.accounts import queries
from market.accounts.models import Mode, Scout
from web.guards import View, person, signed_in

_KEY = "mode"


def current_scout(request: HttpRequest) -> Scout | None:
    """The one chosen in this session, where there is it; else the one for money, else the one who practises."""
    if not request.user.is_authenticated:
        return None
    by_mode = {each.mode: each for each in queries.scouts_of(person(request))}
    return by_mode.get(request.session.get(_KEY, "")) or by_mode.get(Mode.LIVE) or by_mode.get(Mode.TEST)


def choose(request: HttpRequest, mode: Mode) -> None:
    request.session[_KEY] = str(mode)


def for_scouts(view: View) -> View:
    """For who is a scout already: the view is given which. Others are asked first how they want to begin."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        scout = current_scout(request)
        if scout is None:
            return redirect("begin")
        request.scout = scout  # type: ignore[attr-defined]  # for base.html, which says when it is practice
        return view(request, scout, *args, **kwargs)

    return signed_in(guarded)
