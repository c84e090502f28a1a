"""The letters that development does not send: for a person at this machine to read a code. Absent in production."""

from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from market import mail
from market.client_address import is_loopback

_LETTERS = 20


@require_GET
@never_cache
def newest(request: HttpRequest) -> HttpResponse:
    if not is_loopback(request):
        raise Http404
    letters = mail.newest(folder=Path(settings.EMAIL_FILE_PATH), limit=_LETTERS)
    return render(request, "dev_mail.html", {"letters": letters})
