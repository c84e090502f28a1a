"""What is kept about a person: to take along, and to have deleted."""

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from bounties.operations.leaving import leave
from market import clock
from web.guards import person, signed_in
from web.notices import operations as notices
from web.own_data import packed


@require_GET
@signed_in
def page(request: HttpRequest) -> HttpResponse:
    return render(request, "own_data.html")


@require_GET
@signed_in
def export(request: HttpRequest) -> FileResponse:
    return FileResponse(packed(person(request)), as_attachment=True, filename="sightline.zip")


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
