"""The feed of an account: what happened, in order, from wherever the reader stopped."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, waits
from agents_api.answers import MODE, Listing, Plain, Record, an_id, kind, moment, one_of, truth, words
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from bounties.events import CATALOGUE
from bounties.shapes import By
from market.events import queries
from market.events.cursors import InvalidCursor
from market.events.queries import Entry, Page
from market.ids import encode

AFTER = By(
    text="`next` of the answer before; absent: from the oldest event kept.",
    reads=lambda value, _: str(value),
    says=lambda _: {"type": "string", "maxLength": 200},
    refuses=frozenset({InvalidCursor}),
)
EVENT = Record(
    name="Event",
    text="Something that happened. `data` names ids and versions: fetch what you need.",
    fields={
        "id": an_id("evt"),
        "object": kind("event"),
        "type": one_of(sorted(CATALOGUE), sample="bounty.opened"),
        "mode": MODE,
        "at": moment(),
        "data": Plain(
            text="By `type`; see the documentation of events.",
            says={"type": "object", "additionalProperties": True},
            sample={"bounty": an_id("bnt").sample, "version": 1, "status": "open", "total": "2.75"},
        ),
        "cursor": words("Continue after this event with `after`."),
    },
)
EVENT_PAGE = Record(
    name="EventPage",
    fields={
        "data": Listing(of=EVENT),
        "next": words("Send it as `after` next time. Never null: a feed has no end."),
        "more": truth("There is more to read at once."),
    },
)


def show_page(page: Page) -> dict[str, Any]:
    """`next` is always a cursor: a feed has no end, and whoever has read all of it goes on from there."""
    return {"data": [_show(entry) for entry in page.events], "next": page.next, "more": page.more}


def _show(entry: Entry) -> dict[str, Any]:
    return {
        "id": encode("evt", entry.id),
        "object": "event",
        "type": entry.type,
        "mode": entry.mode,
        "at": entry.at,
        "data": entry.data,
        "cursor": entry.cursor,
    }


class Events(Endpoint):
    @Operation(
        name="list_events",
        tag=Tag.EVENTS,
        title="Read the feed of events, or wait for the next one",
        text="What happened, in order, oldest first; kept for 30 days at least. Send `after` = `next` of the answer "
        "before, always: nothing is lost and nothing comes twice. With `wait` the answer comes with the next event.",
        scope="read",
        query={"after": AFTER, "wait": waits.SECONDS, "limit": pages.LIMIT},
        answers={200: Said("Events; an empty list where there is nothing new.", EVENT_PAGE)},
        refusals=(queries.CursorExpired,),
    )
    def get(self, request: Request) -> Response:
        limit, cursor = pages.asked(self.query)[0], self.query.get("after") or None
        page = queries.after(account_id=self.caller.account_id, cursor=cursor, limit=limit)
        return Response(show_page(page))
