"""What somebody wants to hear of, by which way, when, and near which places."""

from datetime import time
from uuid import UUID
from zoneinfo import available_timezones

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from market import clock
from market.accounts.models import Scout, User
from web.guards import person
from web.notices import operations
from web.notices.keys import public_push_key
from web.notices.models import Device, Watch
from web.notices.policies import Channel, Kind, switch, wants
from web.notices.sending import read_off_token
from web.scouts import for_scouts
from web.standpoint import standpoint
from web.zones import zone_at

_KINDS = {
    Kind.NEARBY: _("New questions near my places"),
    Kind.VERDICTS: _("What came of my answers"),
    Kind.APPEALS: _("Appeals and objections"),
    Kind.MONEY: _("Money"),
}
_CHANNELS = {Channel.EMAIL: _("E-mail"), Channel.PUSH: _("This phone")}
_RADII_M = (1_000, 5_000, 20_000)


@require_GET
@for_scouts
def page(request: HttpRequest, scout: Scout) -> HttpResponse:
    operations.begin(scout=scout, language=get_language() or "en")
    user = person(request)
    chosen = operations.preferences_of(user)
    facts = {
        "kinds": [
            {
                "kind": kind,
                "name": name,
                "channels": [
                    {"channel": channel, "name": label, "on": wants(chosen.off, kind, channel)}
                    for channel, label in _CHANNELS.items()
                ],
            }
            for kind, name in _KINDS.items()
        ],
        "chosen": chosen,
        "devices": Device.objects.filter(user=user).count(),
        "watches": Watch.objects.filter(user=user).order_by("id"),
        "standpoint": standpoint(request),
        "radii": _RADII_M,
        "push_key": public_push_key(),
    }
    return render(request, "notices/page.html", facts)


@require_POST
@for_scouts
def switch_kind(request: HttpRequest, scout: Scout) -> HttpResponse:
    kind, channel = request.POST.get("kind", ""), request.POST.get("channel", "")
    if kind not in list(Kind) or channel not in list(Channel):
        raise Http404
    operations.switch_to(
        user=person(request), kind=Kind(kind), channel=Channel(channel), on=request.POST.get("on") == "yes"
    )
    return redirect("notices")


@require_POST
@for_scouts
def be_quiet(request: HttpRequest, scout: Scout) -> HttpResponse:
    here = standpoint(request)
    zone = request.POST.get("zone", "")
    if zone not in available_timezones():
        zone = str(zone_at(here.place)) if here else "UTC"
    start, end = _time(request.POST.get("from", "")), _time(request.POST.get("until", ""))
    if (start is None) != (end is None):
        messages.error(request, gettext("Quiet hours need both times. Leave both empty to be told at once."))
        return redirect("notices")
    operations.be_quiet(
        user=person(request),
        zone=zone,
        start=start,
        end=end,
        language=get_language() or "en",
    )
    messages.success(request, gettext("Saved."))
    return redirect("notices")


@require_POST
@for_scouts
def watch(request: HttpRequest, scout: Scout) -> HttpResponse:
    here, at = standpoint(request), clock.now()
    if here is not None:
        within = request.POST.get("within", "")
        operations.watch(
            scout=scout,
            place=here.place,
            within_m=next((each for each in _RADII_M if str(each) == within), _RADII_M[1]),
            name=here.name
            or gettext("where I was on {day}").format(day=date_format(at.astimezone(zone_at(here.place)), "j M")),
            at=at,
        )
    return redirect("notices")


@require_POST
@for_scouts
def unwatch(request: HttpRequest, scout: Scout, watch_id: UUID) -> HttpResponse:
    operations.unwatch(user=person(request), watch_id=watch_id)
    return redirect("notices")


@require_POST
@for_scouts
def add_device(request: HttpRequest, scout: Scout) -> HttpResponse:
    told = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    operations.begin(scout=scout, language=get_language() or "en")
    operations.add_device(user=person(request), told=told, at=clock.now())
    messages.success(request, gettext("This phone is told now."))
    return redirect("notices")


@require_POST
@for_scouts
def forget_devices(request: HttpRequest, scout: Scout) -> HttpResponse:
    for device in Device.objects.filter(user=person(request)):
        operations.remove_device(user=person(request), device_id=device.id)
    return redirect("notices")


@csrf_exempt  # the token is what says who wants it, and a mail program has no other
@require_http_methods(["GET", "POST"])
def off(request: HttpRequest, token: str) -> HttpResponse:
    """From a letter: by one tap on the page, or by the mail program's own button (RFC 8058)."""
    read = read_off_token(token)
    if read is None:
        raise Http404
    user_id, kind, channel = read
    if request.method == "POST":
        user = User.objects.filter(pk=user_id).first()
        if user is not None:
            operations.switch_to(user=user, kind=kind, channel=channel, on=False)
    done = request.method == "POST"
    return render(request, "notices/off.html", {"done": done, "name": _KINDS[kind], "word": switch(kind, channel)})


def _time(text: str) -> time | None:
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None
