"""Opening a stream of events. How it goes on in the ASGI process stands in `streaming`; a WSGI worker tells what there
is and ends, and whoever reads comes back with the last event's id.
"""

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import streaming
from agents_api.answers import Plain
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.streaming import CONTENT_TYPE, MOST_PER_KEY, StreamsFull, TooManyStreams
from agents_api.views.events import AFTER
from agents_api.wire import JsonRenderer
from market.events import queries
from market.events.cursors import InvalidCursor
from market.events.queries import CursorExpired

_SAMPLE = "retry: 2000\n\nid: AAAA…\nevent: result.accepted\ndata: {…}\n\n: still here\n\n"


class EventStreamRenderer(JsonRenderer):
    """Refusals are JSON also for whoever asks for a stream."""

    media_type = CONTENT_TYPE


class Stream(Endpoint):
    renderer_classes: tuple[type[JsonRenderer], ...] = (EventStreamRenderer, JsonRenderer)  # type: ignore[assignment]

    @Operation(
        name="stream_events",
        tag=Tag.EVENTS,
        title="Follow events as a stream",
        text="Server-sent events: `id` is the event's cursor, `event` its type, `data` the same object as in GET"
        " /v1/events. A stream ends now and then, at the latest after an hour: connect again with `Last-Event-ID`, as"
        " browsers do by themselves, and nothing is missed. Lines that begin with a colon are heartbeats."
        f" A key has at most {MOST_PER_KEY} streams.",
        scope="read",
        query={"after": AFTER},
        answers={200: Said("The stream.", Plain(says={"type": "string"}, sample=_SAMPLE), media_type=CONTENT_TYPE)},
        refusals=(InvalidCursor, CursorExpired, TooManyStreams, StreamsFull),
    )
    def get(self, request: Request) -> Response:
        cursor = request.headers.get("Last-Event-ID") or self.query.get("after") or None
        page = queries.after(account_id=self.caller.account_id, cursor=cursor, limit=streaming.PAGE)
        # Held by the request: as long as somebody serves it, it counts.
        request.META["sightline.stream"] = streaming.streams.enter(self.caller, page.next)
        headers = {"Cache-Control": "private, no-store, no-transform", "X-Accel-Buffering": "no"}
        beginning = streaming.BEGINNING + streaming.written(page)
        return Response(beginning, headers=headers, content_type=CONTENT_TYPE)
