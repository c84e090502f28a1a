"""The endpoints that wait, as the ASGI process serves them: the same endpoint, asked first, and then waited around.

Who waits has been let in, counted and answered already; what is kept meanwhile is that answer and a coroutine, no
thread and no connection. A WSGI worker serves the endpoints as they are, and answers at once.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any

from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.http import HttpRequest
from rest_framework.response import Response

from agents_api import pages, waits
from agents_api.describing import IDS
from agents_api.door import Endpoint
from agents_api.showing import bounties as showing
from agents_api.showing import events as showing_events
from agents_api.streaming import EventStream
from agents_api.views.bounties import OneBounty
from agents_api.views.events import Events
from agents_api.views.stream import Stream
from agents_api.wire import JsonRenderer
from bounties.models import Bounty
from bounties.queries import bought_by
from market import clock
from market.events import waiting, wakeups

View = Callable[..., Coroutine[Any, Any, Response | EventStream]]


def _answering(endpoint: Any) -> Callable[..., Coroutine[Any, Any, Response]]:
    view = endpoint.as_view()

    def answer(request: HttpRequest, **words: str) -> Response:
        response: Response = view(request, **words).render()
        return response

    return sync_to_async(answer)


def _one_bounty() -> View:
    answer = _answering(OneBounty)

    async def one_bounty(request: HttpRequest, bounty_id: str) -> Response:
        response = await answer(request, bounty_id=bounty_id)
        if request.method != "GET" or response.status_code != HTTPStatus.OK:
            return response
        wait, account_id = waits.asked(_query(OneBounty, request)), _account_id(request)
        if not wait.is_for(response.data["version"]):
            return response
        pk = IDS["bounty_id"].read(bounty_id, "/bounty_id")
        newer = bought_by(account_id).filter(pk=pk, version__gt=wait.since_version or 0)
        latest: Bounty | None = None

        async def look() -> Bounty | None:
            nonlocal latest
            latest = await waiting.ask(newer.first)
            return latest if latest is not None and _is_news(latest, wait) else None

        # Whatever raises a version tells the buyer: the account's topic is the bounty's.
        topic = wakeups.account_topic(account_id)
        try:
            bounty = await waiting.wait_until(topic, look, within=wait.seconds) or latest
        except OperationalError:
            return response  # the database went away; what was true when it was asked is still an answer
        if bounty is not None:
            response.headers["ETag"] = f'"{bounty.version}"'
            _say_instead(response, showing.bounty(bounty, at=clock.now()))
        return response

    return one_bounty


def _is_news(bounty: Bounty, wait: waits.Wait) -> bool:
    if wait.results is None:
        return True  # its version is a higher one
    return bounty.result_count >= wait.results or showing.next_action(bounty)["do"] != "wait"


def _events() -> View:
    answer = _answering(Events)

    async def events(request: HttpRequest) -> Response:
        response = await answer(request)
        if request.method != "GET" or response.status_code != HTTPStatus.OK or response.data["data"]:
            return response
        query = _query(Events, request)
        wait = waits.asked(query)
        if not wait.seconds:
            return response
        try:
            page = await waiting.wait_for_events(
                account_id=_account_id(request),
                cursor=response.data["next"],
                within=wait.seconds,
                limit=pages.asked(query)[0],
            )
        except OperationalError:
            return response
        _say_instead(response, showing_events.page(page))
        return response

    return events


def _stream() -> View:
    answer = _answering(Stream)

    async def stream(request: HttpRequest) -> Response | EventStream:
        response = await answer(request)
        if request.method != "GET" or response.status_code != HTTPStatus.OK:
            return response
        begun = EventStream(request.META["sightline.stream"], response.content)
        for name, value in response.headers.items():
            begun.headers[name] = value
        del begun.headers["Content-Length"]
        return begun

    return stream


def _query(endpoint: type[Endpoint], request: HttpRequest) -> dict[str, Any]:
    return endpoint.operations["GET"].read_query(request.GET)


def _account_id(request: HttpRequest) -> Any:
    return request.auth.account_id  # type: ignore[attr-defined] # set by the endpoint, which let the caller in


def _say_instead(response: Response, body: dict[str, Any]) -> None:
    response.data = body
    response.content = JsonRenderer().render(body)


one_bounty, events, stream = _one_bounty(), _events(), _stream()
for _view, _endpoint in ((one_bounty, OneBounty), (events, Events), (stream, Stream)):
    _view.view_class = _endpoint  # type: ignore[attr-defined] # as Django marks views that are classes
    _view.csrf_exempt = True  # type: ignore[attr-defined] # a key is sent by hand: no browser sends it by itself
