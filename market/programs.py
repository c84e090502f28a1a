"""What programs ask goes past the middleware that only pages need: sessions, languages, the tokens of forms, a policy
for scripts written anew for each answer. It took as long as all else that Django does for a request.

Django has one list of middleware for all addresses, and checks it. So it stays whole, and two of its entries stand
around those of the pages: `past_the_pages` hands a program's request to whatever `behind_the_pages` would hand it to.
Django makes the innermost first, and `past_the_pages` is made when the one behind is.

What the script of a page fetches is data too, though it is a person's: it has a session, and texts in a language. It
goes past the rest. What Django asks of every view before it is called stands behind both: a form's token above all.
"""

from collections.abc import Callable
from typing import Any, Final

from asgiref.sync import iscoroutinefunction
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.middleware.common import CommonMiddleware
from django.middleware.locale import LocaleMiddleware
from django.utils.decorators import sync_and_async_middleware

Handler = Callable[[HttpRequest], Any]

BELOW: Final = "/v1/"
FETCHED: Final = frozenset({"/map/bounties"})
# No page comes from there. A picture that is opened by itself is shown.
_POLICY: Final = "default-src 'none'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

_behind: list[Handler] = []


@sync_and_async_middleware
def behind_the_pages(get_response: Handler) -> Handler:
    _behind[:] = [get_response]
    return get_response


@sync_and_async_middleware
def past_the_pages(get_response: Handler) -> Handler:
    [behind] = _behind
    # The one of them that programs need too: whose host is it, and how long is the answer.
    answer_program: Handler = CommonMiddleware(behind)
    answer_script: Handler = SessionMiddleware(LocaleMiddleware(CommonMiddleware(AuthenticationMiddleware(behind))))

    def way(request: HttpRequest) -> Handler | None:
        if request.path_info.startswith(BELOW):
            return answer_program
        return answer_script if request.path_info in FETCHED else None

    if iscoroutinefunction(get_response):

        async def handle_async(request: HttpRequest) -> HttpResponseBase:
            past = way(request)
            if past is not None:
                return _guarded(await past(request))
            response: HttpResponseBase = await get_response(request)
            return response

        return handle_async

    def handle(request: HttpRequest) -> HttpResponseBase:
        past = way(request)
        if past is not None:
            return _guarded(past(request))
        response: HttpResponseBase = get_response(request)
        return response

    return handle


def _guarded(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", _POLICY)  # a stranger's picture has a stricter one
    return response
