"""The endpoints that wait, as the ASGI process serves them: the same endpoint, asked first, and then waited around.

Who waits has been let in, counted and answered already; what is kept meanwhile is that answer and a coroutine, no
thread and no connection. A WSGI worker serves the endpoints as they are, and answers at once.
"""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from typing import Any
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import OperationalError
from django.db.models import QuerySet
from django.http import HttpRequest
from rest_framework.response import Response

from agents_api import pages, versions, waits
from agents_api.describing import IDS
from agents_api.door import Endpoint
from agents_api.showing import bounties as showing
from agents_api.showing import disputes as showing_disputes
from agents_api.showing import events as showing_events
from agents_api.streaming import EventStream
from agents_api.views import results
from agents_api.views.bounties import OneBounty
from agents_api.views.disputes import OneDispute
from agents_api.views.events import Events
from agents_api.views.stream import Stream
from agents_api.wire import JsonRenderer
from bounties.models import Bounty, Dispute, Submission
from bounties.queries import bought_by, disputes_of
from market import clock
from market.accounts.authentication import Caller
from market.events import waiting, wakeups

View = Callable[..., Coroutine[Any, Any, Response | EventStream]]


def _answering(endpoint: Any) -> Callable[..., Coroutine[Any, Any, Response]]:
    view = endpoint.as_view()

    def answer(request: HttpRequest, **words: str) -> Response:
        response: Response = view(request, **words).render()
        return response

    return sync_to_async(answer)


def _one(
    endpoint: type[Endpoint],
    name: str,
    *,
    rows: Callable[[UUID], "QuerySet[Any]"],
    show: Callable[[Any, Caller], Coroutine[Any, Any, dict[str, Any]]],
    is_news: Callable[[Any, waits.Wait], bool] = lambda _row, _wait: True,  # its version is a higher one
) -> View:
    """One thing with a version; its id is called `name` in the path. `rows`: those that a buyer sees."""
    answer = _answering(endpoint)

    async def one(request: HttpRequest, **words: str) -> Response:
        response = await answer(request, **words)
        if request.method != "GET" or response.status_code != HTTPStatus.OK:
            return response
        wait, caller = waits.asked(_query(endpoint, request)), _caller(request)
        if not wait.is_for(response.data["version"]):
            return response
        pk = IDS[name].read(words[name], f"/{name}")
        newer = rows(caller.account_id).filter(pk=pk, version__gt=wait.since_version or 0)
        latest: Any = None

        async def look() -> Any:
            nonlocal latest
            latest = await waiting.ask(newer.first)
            return latest if latest is not None and is_news(latest, wait) else None

        # Whatever raises a version tells the buyer: the account's topic is this one's.
        topic = wakeups.account_topic(caller.account_id)
        try:
            found = await waiting.wait_until(topic, look, within=wait.seconds) or latest
            shown = None if found is None else await show(found, caller)
        except OperationalError:
            return response  # the database went away; what was true when it was asked is still an answer
        if shown is not None:
            response.headers["ETag"] = versions.etag(shown["version"])
            _say_instead(response, shown)
        return response

    return one


def _one_bounty() -> View:
    async def show(bounty: Bounty, _caller: Caller) -> dict[str, Any]:
        return showing.bounty(bounty, at=clock.now())

    def is_news(bounty: Bounty, wait: waits.Wait) -> bool:
        if wait.results is None:
            return True  # its version is a higher one
        return bounty.result_count >= wait.results or showing.next_action(bounty)["do"] != "wait"

    return _one(OneBounty, "bounty_id", rows=bought_by, show=show, is_news=is_news)


def _one_dispute() -> View:
    async def show(dispute: Dispute, _caller: Caller) -> dict[str, Any]:
        return showing_disputes.dispute(dispute)  # all of it was read with the row

    return _one(OneDispute, "dispute_id", rows=disputes_of, show=show)


def _one_result() -> View:
    async def show(result: Submission, caller: Caller) -> dict[str, Any]:
        # Its evidence is read anew, and where it was accepted its receipt is issued: not by the thread of all who wait.
        return await sync_to_async(results.shown)(result, caller=caller, at=clock.now())

    return _one(results.OneResult, "result_id", rows=results.results_of, show=show)


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
                account_id=_caller(request).account_id,
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


def _caller(request: HttpRequest) -> Caller:
    caller: Caller = request.auth  # type: ignore[attr-defined] # set by the endpoint, which let the caller in
    return caller


def _say_instead(response: Response, body: dict[str, Any]) -> None:
    response.data = body
    response.content = JsonRenderer().render(body)


one_bounty, one_result, one_dispute = _one_bounty(), _one_result(), _one_dispute()
events, stream = _events(), _stream()
for _view, _endpoint in (
    *((one_bounty, OneBounty), (one_result, results.OneResult), (one_dispute, OneDispute)),
    *((events, Events), (stream, Stream)),
):
    _view.view_class = _endpoint  # type: ignore[attr-defined] # as Django marks views that are classes
    _view.csrf_exempt = True  # type: ignore[attr-defined] # a key is sent by hand: no browser sends it by itself
