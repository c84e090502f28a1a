"""What happens to every request, whichever door it takes: an id, a size limit, a line in the log, a count."""

import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, cast
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils.decorators import sync_and_async_middleware
from whitenoise.middleware import WhiteNoiseMiddleware

from market import clock
from market.errors import DomainError
from market.headers import header
from market.limits import LARGEST_JSON, largest_body, too_large
from market.metrics import requests
from market.problems import CONTENT_TYPE, QueryTooLong, of_refusal

log = structlog.get_logger(__name__)

# What a caller may choose as its request id: it goes into every log line, so nothing that a log reader could mistake.
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9_.:-]{8,100}", re.ASCII)
_LONGEST_QUERY = 8192
_PIECE = 65_536

# Asked every few seconds by machines, and the same every time.
_MONOTONOUS = ("/healthz", "/readyz", "/metrics")

Handler = Callable[[HttpRequest], HttpResponseBase]
AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def told(get_response: Handler | AsyncHandler) -> Handler | AsyncHandler:
    """Bind the request id for every log line and every task that follows, and answer with it."""
    if iscoroutinefunction(get_response):
        answer_async = cast(AsyncHandler, get_response)

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            began = _begin(request)
            response: HttpResponseBase | None = None
            try:
                response = _refuse_too_much(request) or await answer_async(request)
            finally:
                # Without a response the caller has gone away and the waiting was cancelled: that is counted too.
                _count(request, response, began)
            return _end(request, response, began)

        return handle_async

    answer = cast(Handler, get_response)

    def handle(request: HttpRequest) -> HttpResponseBase:
        began = _begin(request)
        response: HttpResponseBase | None = None
        try:
            response = _refuse_too_much(request) or answer(request)
        finally:
            _count(request, response, began)
        _read_what_is_left(request)
        return _end(request, response, began)

    return handle


def _begin(request: HttpRequest) -> float:
    given = header(request, "X-Request-Id")
    request_id = given if _ACCEPTABLE_ID.fullmatch(given) else uuid4().hex
    # Cleared at the start, not at the end: a thread that serves the next request must not inherit, and whatever is
    # logged after the answer has left (a streaming body, an exception handler) still carries the id.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    request.META["sightline.request_id"] = request_id
    requests.began(server=_server(request))
    return time.perf_counter()


def _count(request: HttpRequest, response: HttpResponseBase | None, began: float) -> None:
    requests.ended(
        server=_server(request),
        method=request.method or "",
        route=_route(request, response),
        status=response.status_code if response is not None else requests.GONE,
        seconds=time.perf_counter() - began,
    )


def _end(request: HttpRequest, response: HttpResponseBase, began: float) -> HttpResponseBase:
    response.headers["X-Request-Id"] = request.META["sightline.request_id"]
    response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
    monotonous = request.path in _MONOTONOUS and response.status_code in (200, 503)
    (log.debug if monotonous else log.info)(
        "request",
        method=request.method,
        path=request.path,  # never the query: it may hold a signed link's secret
        status=response.status_code,
        ms=round((time.perf_counter() - began) * 1000, 1),
    )
    return response


def _refuse_too_much(request: HttpRequest) -> HttpResponse | None:
    """Refuse what is too long by what it says of itself, before a byte of it is read."""
    if len(request.META.get("QUERY_STRING", "")) > _LONGEST_QUERY:
        return _refusal(request, QueryTooLong("The part of the address after the question mark is too long."))
    most = largest_body(request.path)
    return _refusal(request, too_large(most)) if _announced(request) > most else None


def _read_what_is_left(request: HttpRequest) -> None:
    """Read the body that a refusal had no need of: a worker that hangs up on unread bytes takes its answer back.

    The connection is reset then, and the front has lost what it was to hand on: whoever sent twenty kilobytes with a
    wrong key would be told 503, come again. No more than what the front has already heard to the end is read, so that
    nobody's slowness is waited for.
    """
    announced = _announced(request)
    if 0 < announced <= LARGEST_JSON:
        with suppress(OSError):  # the caller has gone
            while request.read(_PIECE):
                pass


def _announced(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0  # Django reads no body then


def _refusal(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    problem = of_refusal(refusal, at=clock.now())
    body = problem.render(request_id=request.META["sightline.request_id"])
    return JsonResponse(body, status=problem.status, content_type=CONTENT_TYPE)


def _server(request: HttpRequest) -> str:
    return "asgi" if isinstance(request, ASGIRequest) else "wsgi"


def _route(request: HttpRequest, response: HttpResponseBase | None) -> str:
    """The address as the urlconf writes it, so that there are as many as it has lines, whatever is asked for."""
    match = request.resolver_match
    if match is not None:
        return f"/{match.route}"
    is_file = response is not None and response.status_code in (200, 206, 304)
    return settings.STATIC_URL if is_file and request.path.startswith(settings.STATIC_URL) else "(none)"


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc] # it has no types
    """WhiteNoise, but not in the way of an asynchronous view.

    By itself it is synchronous, and Django then keeps a thread for every request that passes through: on the ASGI
    side that is a thread for every wait.
    """

    async_capable = True

    def __init__(self, get_response: Handler | AsyncHandler) -> None:
        super().__init__(get_response)
        self._answers_async = iscoroutinefunction(get_response)
        if self._answers_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self._answers_async:
            return self._answer_async(request)
        return super().__call__(request)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        file = self.files.get(request.path_info)
        if file is None:
            response: HttpResponseBase = await self.get_response(request)
            return response
        sent = self.serve(file, request)
        # Read at once: an asynchronous server cannot send a file piece by piece from a thread, and these are small.
        whole = HttpResponse(b"".join(sent.streaming_content), status=sent.status_code)
        del whole.headers["Content-Type"]
        for name, value in sent.headers.items():
            whole.headers[name] = value
        sent.close()
        return whole
