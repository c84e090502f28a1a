"""What happens to every request, whichever door it takes: it gets an id, and one line in the log."""

import re
import time
from collections.abc import Awaitable, Callable
from typing import cast
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

log = structlog.get_logger(__name__)

# What a caller may choose as its request id: it goes into every log line, so nothing that a log reader could mistake.
_ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9_.:-]{8,100}", re.ASCII)

Handler = Callable[[HttpRequest], HttpResponseBase]
AsyncHandler = Callable[[HttpRequest], Awaitable[HttpResponseBase]]


@sync_and_async_middleware
def told(get_response: Handler | AsyncHandler) -> Handler | AsyncHandler:
    """Bind the request id for every log line and every task that follows, and answer with it."""
    if iscoroutinefunction(get_response):
        answer_async = cast(AsyncHandler, get_response)

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            began = _begin(request)
            return _end(request, await answer_async(request), began)

        return handle_async

    answer = cast(Handler, get_response)

    def handle(request: HttpRequest) -> HttpResponseBase:
        began = _begin(request)
        return _end(request, answer(request), began)

    return handle


def _begin(request: HttpRequest) -> float:
    given = request.headers.get("X-Request-Id", "")
    request_id = given if _ACCEPTABLE_ID.fullmatch(given) else uuid4().hex
    # Cleared at the start, not at the end: a thread that serves the next request must not inherit, and whatever is
    # logged after the answer has left (a streaming body, an exception handler) still carries the id.
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request_id=request_id)
    request.META["sightline.request_id"] = request_id
    return time.perf_counter()


def _end(request: HttpRequest, response: HttpResponseBase, began: float) -> HttpResponseBase:
    response.headers["X-Request-Id"] = request.META["sightline.request_id"]
    log.info(
        "request",
        method=request.method,
        path=request.path,  # never the query: it may hold a signed link's secret
        status=response.status_code,
        ms=round((time.perf_counter() - began) * 1000, 1),
    )
    return response
