"""Every address that is none. Below /v1 it is told in the words of the API, in every method; elsewhere to programs."""

import difflib
import re
from functools import cache
from typing import Any, ClassVar, NoReturn

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from rest_framework.request import Request

from agents_api import openapi, problems
from agents_api.door import WHERE_TO_READ, Endpoint, InternalError, NoSuchPath
from agents_api.mending import Asked, call_that_mends
from agents_api.negotiation import varying
from market import clock
from market.errors import DomainError, Kind

_LONGEST = 200
_AN_ID = re.compile(r"(?<=/)[a-z]{3}_[^/]*")
_VARIABLE = re.compile(r"\{\w+\}")


class UnknownHost(DomainError):
    """The name that was asked for in the Host header is none of this house's."""

    code = "unknown_host"
    kind: ClassVar[Kind] = Kind.INVALID
    fix = "Use the address that this house gave you, and leave the Host header to your HTTP client."


class Nowhere(Endpoint):
    authentication_classes = ()
    default_response_headers: dict[str, str] = {}  # noqa: RUF012 - so it is read by DRF: nothing is allowed here

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)  # there is nothing to be told in another type

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> NoReturn:
        super().initial(request, *args, **kwargs)
        raise _nothing_at(request.path)


def no_page(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Outside the API too, whoever does not ask for a page is told where the API is."""
    if _wants_a_page(request):
        return varying(defaults.page_not_found(request, exception))
    return varying(_told(request, _nothing_at(request.path)))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if isinstance(exception, DisallowedHost) and not _wants_a_page(request):
        return varying(_told(request, UnknownHost("There is no such host here.")))
    return varying(defaults.bad_request(request, exception))


def failure(request: HttpRequest) -> HttpResponse:
    if _wants_a_page(request):
        return varying(defaults.server_error(request))
    return varying(_told(request, InternalError("Something broke on our side.")))


def _wants_a_page(request: HttpRequest) -> bool:
    """Browsers say so. Programs that are content with anything do not mean a page."""
    return "text/html" in request.headers.get("Accept", "") or "HX-Request" in request.headers


def _told(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    mend = call_that_mends(refusal, Asked(str(request.method), request.path, None))
    problem = problems.of_refusal(refusal, at=clock.now(), fix_call=mend)
    body = problem.render(request_id=str(request.META.get("sightline.request_id", "")))
    headers = {"Link": WHERE_TO_READ, "Cache-Control": "no-store"}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(problem.retry_after)
    return JsonResponse(body, status=problem.status, content_type=problems.CONTENT_TYPE, headers=headers)


def _nothing_at(path: str) -> NoSuchPath:
    nearest = _nearest(path)
    if nearest is None:
        return NoSuchPath("There is nothing at this address.")
    return NoSuchPath(f"There is nothing at this address. Did you mean {nearest}?", facts={"nearest": nearest})


def _nearest(path: str) -> str | None:
    """The address that was perhaps meant, as the document writes it."""
    if len(path) > _LONGEST:
        return None
    below = path if path.startswith("/v1") else f"/v1{path}"
    asked = _AN_ID.sub("{}", below.rstrip("/"))
    found = difflib.get_close_matches(asked, _known(), n=1, cutoff=0.8)
    return _known()[found[0]] if found else None


@cache
def _known() -> dict[str, str]:
    return {_VARIABLE.sub("{}", placed.path): placed.path for placed in openapi.every_operation()}
