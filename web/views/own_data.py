"""What is kept about a person: to take along, and to have deleted."""

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bounties.operations.leaving import leave
from market import clock
from web.guards import person, signed_in
from web.notices import operations as notices
from web.own_data import everything_about


@require_GET
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "own_data.html")


@require_GET
@signed_in
def export(request: HttpRequest) -> HttpResponse:
    response = JsonResponse(everything_about(person(request)), json_dumps_params={"indent": 2, "ensure_ascii": False})
    response["Content-Disposition"] = 'attachment; filename="sightline.json"'
    return response


@require_POST
@signed_in
def delete(request: HttpRequest) -> HttpResponse:
    """Only with the box ticked, which a tap by accident does not do."""
    if request.POST.get("sure") != "yes":
        return redirect("own_data")
    with transaction.atomic():
        notices.forget(user=person(request))
        leave(user=person(request), at=clock.now())
    logout(request)
    messages.success(request, gettext("Everything about you is deleted. Thank you for having been here."))
    return redirect("welcome")
