"""From the feed to what is to be sent: each event once for each endpoint that wants it.

The deliveries, the work to send them and how far the feed has been copied are written in one transaction: a crash
leaves either all of it or nothing, and nothing is skipped. The feed tells only what is committed and decided, so
nothing is told here that was rolled back.
"""

import json
import re
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from market.events.copying import LOOK_AGAIN, Patience, copy_pages, read_on
from market.events.queries import Entry, Page
from market.ids import encode
from market.webhooks.models import Delivery, WebhookEndpoint
from market.webhooks.states import EndpointState
from market.work.operations import enqueue

COPY = "webhooks.copy"
SEND = "webhooks.send"
EVERYTHING_DUE = "due"
_PAGE = 200
_ID = re.compile(r"[a-z]{3}_[0-9a-hjkmnp-tv-z]{26}", re.ASCII)


def ask_for_copy(account_id: UUID) -> None:
    """After a commit that has added to the feed."""
    with transaction.atomic():
        enqueue(kind=COPY, subject=str(account_id))


def copy_feed(*, account_id: UUID, at: datetime) -> None:
    """Write down what is to be sent, for every endpoint of the account, up to what can be told by now."""
    endpoints = WebhookEndpoint.objects.filter(account_id=account_id, state=EndpointState.ENABLED)
    patience = Patience()
    for endpoint_id in endpoints.order_by("id").values_list("id", flat=True):
        if not copy_pages(partial(_copy_page, endpoint_id, at), patience=patience):
            with transaction.atomic():
                enqueue(kind=COPY, subject=str(account_id), due_at=at + LOOK_AGAIN)


@transaction.atomic
def _copy_page(endpoint_id: UUID, at: datetime) -> Page | None:
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id, state=EndpointState.ENABLED).first()
    if endpoint is None:
        return None
    page, endpoint.position = read_on(account_id=endpoint.account_id, position=endpoint.position, limit=_PAGE)
    events = page.events if page else ()
    wanted = [each for each in events if not endpoint.types or each.type in endpoint.types]
    Delivery.objects.bulk_create([_delivery(endpoint, each, at) for each in wanted], ignore_conflicts=True)
    endpoint.save(update_fields=["position"])
    if wanted:
        ask_to_send()
    return page


def ask_to_send(due_at: datetime | None = None) -> None:
    """One row of work for all that is due: the last statement of a transaction, because others wait for it."""
    enqueue(kind=SEND, subject=EVERYTHING_DUE, due_at=due_at)


def _delivery(endpoint: WebhookEndpoint, entry: Entry, at: datetime) -> Delivery:
    return Delivery(
        endpoint=endpoint,
        event_id=entry.id,
        type=entry.type,
        body=message(entry.type, entry.at, {"event": encode("evt", entry.id)} | _ids(entry.data)),
        created_at=at,
        begun_at=at,
        due_at=at,
    )


def message(type_: str, at: datetime, data: dict[str, Any]) -> str:
    """Type, moment and ids: enough to fetch the rest. Whoever overhears it has learnt little."""
    timestamp = at.isoformat().replace("+00:00", "Z")
    return json.dumps({"type": type_, "timestamp": timestamp, "data": data}, separators=(",", ":"))


def _ids(data: dict[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in data.items() if isinstance(value, str) and _ID.fullmatch(value)}
    return known | ({"version": data["version"]} if isinstance(data.get("version"), int) else {})
