"""The feed of an account: what happened, in order, from wherever the reader stopped."""

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, waits
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.showing import events as showing
from bounties.shapes import By
from market.events import queries
from market.events.cursors import InvalidCursor

AFTER = By(
    text="`next` of the answer before; absent: from the oldest event kept.",
    reads=lambda value, _: str(value),
    says=lambda _: {"type": "string", "maxLength": 200},
    refuses=frozenset({InvalidCursor}),
)


class Events(Endpoint):
    @Operation(
        name="list_events",
        tag=Tag.EVENTS,
        title="Read the feed of events, or wait for the next one",
        text="What happened, in order, oldest first; kept for 30 days at least. Send `after` = `next` of the answer "
        "before, always: nothing is lost and nothing comes twice. With `wait` the answer comes with the next event.",
        scope="read",
        query={"after": AFTER, "wait": waits.SECONDS, "limit": pages.LIMIT},
        answers={200: Said("Events; an empty list where there is nothing new.", showing.EVENT_PAGE)},
        refusals=(queries.CursorExpired,),
    )
    def get(self, request: Request) -> Response:
        limit, cursor = pages.asked(self.query)[0], self.query.get("after") or None
        page = queries.after(account_id=self.caller.account_id, cursor=cursor, limit=limit)
        return Response(showing.page(page))
