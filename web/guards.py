"""Who may see a page. Rules about what may be done are the operations'; this is about who is at the door."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import cast
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache

from market.accounts import queries
from market.accounts.models import User
from web.sign_in import is_fresh

FRESH = timedelta(hours=1)

View = Callable[..., HttpResponseBase]


def person(request: HttpRequest) -> User:
    """Who is signed in, on a page that asks for it."""
    return cast(User, request.user)


def signed_in(view: View) -> View:
    return never_cache(login_required(view))


def freshly_signed_in(view: View) -> View:
    """Signed in within the hour, also in the middle of work: a desk, and a phone, is left unlocked easily."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not is_fresh(request, FRESH):
            here = request.get_full_path() if request.method == "GET" else request.path
            return redirect(f"{reverse('sign_in_again')}?{urlencode({'next': here})}")
        return view(request, *args, **kwargs)

    return signed_in(guarded)


def for_operators(view: View) -> View:
    fresh = freshly_signed_in(view)

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not queries.is_operator(person(request)):
            raise PermissionDenied
        return fresh(request, *args, **kwargs)

    return signed_in(guarded)
