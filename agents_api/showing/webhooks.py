"""A webhook endpoint and its deliveries as their owner sees them. A secret is in the answer that makes it, only."""

from datetime import datetime
from typing import Any

from agents_api.answers import (
    MODE,
    VERSION,
    Listing,
    Record,
    an_id,
    kind,
    moment,
    number,
    one_of,
    page_of,
    url,
    words,
)
from bounties.events import CATALOGUE
from bounties.shapes import Nullable
from market.ids import encode
from market.webhooks import queries
from market.webhooks.gateway import Fault
from market.webhooks.models import Attempt, Delivery, WebhookEndpoint
from market.webhooks.operations.trying import TEST
from market.webhooks.states import DeliveryState, EndpointState

_FIELDS = {
    "id": an_id("whk"),
    "object": kind("webhook_endpoint"),
    "mode": MODE,
    "url": url("Where it is sent to.", sample="https://agent.example.com/hooks/sightline"),
    "description": words("Yours.", sample="results to the indexer"),
    "types": Listing(
        text="The types that are sent; empty: all of them.",
        of=words(sample="result.accepted"),
        sample=["result.accepted"],
    ),
    "status": one_of(list(EndpointState), text="Disabled, it is sent nothing."),
    "disabled_because": Nullable(
        text="`owner`: by you. `failing`: for three days nothing got through. `gone`: it answered 410.",
        of=one_of([each for each in WebhookEndpoint.Because.values if each]),
    ),
    "disabled_at": Nullable(of=moment("Since when nothing is sent.")),
    "failing_since": Nullable(text="The first failure after the last success; null: all is well.", of=moment()),
    "secret_id": an_id("whs", "Names the secret that signs; rotating makes a new one."),
    "former_secret_ends_at": Nullable(text="Until then the secret before it signs as well.", of=moment()),
    "version": VERSION,
    "created_at": moment("When it was made."),
}
ENDPOINT_RECORD = Record(
    name="WebhookEndpoint",
    text="An address that is sent a thin copy of each event: its type, when it happened, and the ids to fetch by.",
    fields=_FIELDS,
)
NEW_ENDPOINT = Record(
    name="WebhookEndpointWithSecret",
    text="With the secret that a Standard Webhooks library verifies by. A repetition of the request holds null.",
    fields={**_FIELDS, "secret": Nullable(text="Keep it; null in a repetition.", of=words(sample="whsec_…"))},
)
ENDPOINT_PAGE = page_of(ENDPOINT_RECORD)

ATTEMPT = Record(
    name="WebhookAttempt",
    text="One try.",
    fields={
        "at": moment("When it was made."),
        "status": Nullable(text="What it answered; null: nothing.", of=number(sample=200)),
        "fault": Nullable(text="Why there was no answer.", of=one_of([each.value for each in Fault if each])),
        "milliseconds": number("Until the answer, or the fault.", sample=84),
        "response": words("The beginning of an answer that was no success."),
    },
)
DELIVERY_RECORD = Record(
    name="WebhookDelivery",
    text="A message to one endpoint, with its tries.",
    fields={
        "id": an_id("whd"),
        "object": kind("webhook_delivery"),
        "webhook_endpoint": an_id("whk"),
        "message_id": words("What the receiver sees as `webhook-id`, the same in every try.", sample="evt_…"),
        "type": one_of([*sorted(CATALOGUE), TEST], sample="result.accepted", text="Of the event."),
        "status": one_of(list(DeliveryState), text="`pending`: it is tried again."),
        "created_at": moment("When the event was told."),
        "next_try_at": Nullable(text="Null: it is over.", of=moment()),
        "ended_at": Nullable(of=moment("When it arrived or was given up.")),
        "attempts": Listing(text="The oldest first.", of=ATTEMPT),
    },
)
DELIVERY_PAGE = page_of(DELIVERY_RECORD)


def endpoint(endpoint: WebhookEndpoint, *, at: datetime) -> dict[str, Any]:
    overlaps = endpoint.former_until is not None and endpoint.former_until > at
    return {
        "id": encode("whk", endpoint.id),
        "object": "webhook_endpoint",
        "mode": endpoint.mode,
        "url": endpoint.url,
        "description": endpoint.description,
        "types": endpoint.types,
        "status": endpoint.state,
        "disabled_because": endpoint.disabled_because or None,
        "disabled_at": endpoint.disabled_at,
        "failing_since": endpoint.failing_since,
        "secret_id": encode("whs", endpoint.secret_id),
        "former_secret_ends_at": endpoint.former_until if overlaps else None,
        "version": endpoint.version,
        "created_at": endpoint.created_at,
    }


def with_secret(made: WebhookEndpoint, *, at: datetime) -> dict[str, Any]:
    return endpoint(made, at=at) | {"secret": queries.secret_text(made.secret_id)}


def delivery(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": encode("whd", delivery.id),
        "object": "webhook_delivery",
        "webhook_endpoint": encode("whk", delivery.endpoint_id),
        "message_id": delivery.message_id,
        "type": delivery.type,
        "status": delivery.state,
        "created_at": delivery.created_at,
        "next_try_at": delivery.due_at if delivery.state == DeliveryState.PENDING else None,
        "ended_at": delivery.ended_at,
        "attempts": [_attempt(each) for each in sorted(delivery.attempts.all(), key=lambda each: each.id)],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": attempt.at,
        "status": attempt.status,
        "fault": attempt.fault or None,
        "milliseconds": attempt.milliseconds,
        "response": attempt.excerpt,
    }
