"""The feed of an account: what happened, in order, from wherever the reader stopped."""

from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, waits
from agents_api.door import Endpoint
from market.events import queries
from market.events.queries import Entry, Page
from market.ids import encode


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
    scopes: ClassVar = {"GET": "read"}

    def get(self, request: Request) -> Response:
        waits.read(request.query_params)
        limit = pages.read_limit(request.query_params.get("limit"))
        cursor = request.query_params.get("after") or None
        page = queries.after(account_id=self.caller.account_id, cursor=cursor, limit=limit)
        return Response(show_page(page))
