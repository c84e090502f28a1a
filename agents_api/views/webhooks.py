"""Webhook endpoints: made, changed, tested, ended; and what was sent to them."""

from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from agents_api import pages, versions
from agents_api.answers import an_id
from agents_api.describing import Link, Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.showing import webhooks as showing
from bounties.events import CATALOGUE, UnknownEventType, named
from bounties.shapes import Body, By, Integer, Items, OneOf, Reader, Text, Truth
from market import clock
from market.ids import decode
from market.webhooks import operations, policies, queries
from market.webhooks.models import WebhookEndpoint
from market.webhooks.operations import NoSuchDelivery, NoSuchWebhookEndpoint
from market.webhooks.operations.trying import EndpointDisabled
from market.webhooks.states import DeliveryState

SHOWN_ONCE = ("secret",)
OF_THIS_ENDPOINT = {
    "get_webhook_endpoint": Link("get_webhook_endpoint", {"webhook_endpoint_id": "$response.body#/id"}),
    "test_webhook_endpoint": Link("test_webhook_endpoint", {"webhook_endpoint_id": "$response.body#/id"}),
}

_HOW = (
    "Each message is `{type, timestamp, data}` with ids only: fetch what you need, or read GET /v1/events, which is the"
    " truth. Signed after Standard Webhooks (standardwebhooks.com): verify `webhook-signature` with the secret and the"
    " raw body, and keep the `webhook-id`s you have seen: a message may come twice, and not in order. Answer 2xx within"
    " 10 s. What fails is tried again for three days, longer and longer apart; if nothing gets through in that time,"
    " the endpoint is disabled and `webhook_endpoint.disabled` is in your feed. Redirects are not followed."
)

_URL = Text(
    text="https://, a public host, port 443 or 8443.",
    most=policies.LONGEST_URL,
    sample="https://agent.example.com/hooks/sightline",
)
_FIELDS: dict[str, Reader[Any]] = {
    "url": _URL,
    "types": Items(
        text="Only these types of event; empty or absent: all.",
        of=By(
            reads=lambda value, param: named(value, param=param),
            says=lambda _: {"type": "string", "enum": sorted(CATALOGUE)},
            refuses=frozenset({UnknownEventType}),
            sample="result.accepted",
        ),
        least=0,
        most=len(CATALOGUE),
    ),
    "description": Text(text="Yours.", most=policies.LONGEST_DESCRIPTION, least=0, sample="results to the indexer"),
}
ENDPOINT = Body(name="NewWebhookEndpoint", fields=_FIELDS, needed=("url",))
CHANGE = Body(
    name="WebhookEndpointChange",
    text="What is absent stays as it is.",
    fields={**_FIELDS, "enabled": Truth(text="Enabled again, it is sent what happens from then on.", sample=True)},
)
ROTATION = Body(
    name="WebhookSecretRotation",
    fields={
        "overlap_hours": Integer(
            text="How long the secret before it goes on to sign as well.",
            least=0,
            most=int(policies.LONGEST_OVERLAP.total_seconds() // 3600),
            sample=24,
        )
    },
    default={"overlap_hours": int(policies.USUAL_OVERLAP.total_seconds() // 3600)},
)


def _read_delivery_id(value: object, param: str) -> UUID:
    found = decode("whd", value) if isinstance(value, str) else None
    if found is None:
        raise NoSuchDelivery("There is no such delivery.", param=param)
    return found


REDELIVERY = Body(
    name="WebhookRedelivery",
    fields={
        "delivery": By(
            text="As GET …/deliveries lists it.",
            reads=_read_delivery_id,
            says=an_id("whd").bare,
            refuses=frozenset({NoSuchDelivery}),
            sample=an_id("whd").example(),
        )
    },
    needed=("delivery",),
)


def find(endpoint_id: UUID, *, account_id: UUID) -> WebhookEndpoint:
    found = queries.endpoint(endpoint_id, account_id=account_id)
    if found is None:
        raise NoSuchWebhookEndpoint("There is no such webhook endpoint.")
    return found


class WebhookEndpoints(Endpoint):
    @Operation(
        name="list_webhook_endpoints",
        tag=Tag.WEBHOOKS,
        title="List webhook endpoints",
        text="Newest first, without their secrets.",
        scope="read",
        query=pages.QUERY,
        answers={200: Said("A page of endpoints.", showing.ENDPOINT_PAGE)},
    )
    def get(self, request: Request) -> Response:
        rows = pages.newest(queries.endpoints(account_id=self.caller.account_id), self.query)
        at = clock.now()
        return pages.answer(request, self.query, rows, show=lambda row: showing.endpoint(row, at=at))

    @Operation(
        name="create_webhook_endpoint",
        tag=Tag.WEBHOOKS,
        title="Have events sent to you",
        text=f"Everything that is told to you from now on is sent to this address. {_HOW}",
        scope="post",
        once=True,
        body=ENDPOINT,
        answers={201: Said("The endpoint, with its secret.", showing.NEW_ENDPOINT, links=OF_THIS_ENDPOINT)},
        refusals=(policies.UnusableUrl, policies.TooManyEndpoints),
    )
    def post(self, request: Request) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            made = operations.create(account=self.account(), at=at, **self.read_body())
            return HTTPStatus.CREATED, showing.with_secret(made, at=at)

        return self.once(work, shown_once=SHOWN_ONCE)


class OneWebhookEndpoint(Endpoint):
    @Operation(
        name="get_webhook_endpoint",
        tag=Tag.WEBHOOKS,
        title="Read a webhook endpoint",
        text="Without its secret: if that is lost, rotate it.",
        scope="read",
        answers={200: Said("The endpoint.", showing.ENDPOINT_RECORD, etag=True, links=OF_THIS_ENDPOINT)},
    )
    def get(self, request: Request, webhook_endpoint_id: UUID) -> Response:
        found = find(webhook_endpoint_id, account_id=self.caller.account_id)
        return versions.answer(request, showing.endpoint(found, at=clock.now()))

    @Operation(
        name="change_webhook_endpoint",
        tag=Tag.WEBHOOKS,
        title="Change a webhook endpoint",
        text="Its address, its types, its description; disable it, or enable it again. Send the version you know as "
        "If-Match.",
        scope="post",
        if_match=True,
        body=CHANGE,
        answers={200: Said("The endpoint as it is now.", showing.ENDPOINT_RECORD, etag=True, links=OF_THIS_ENDPOINT)},
        refusals=(policies.UnusableUrl,),
    )
    def patch(self, request: Request, webhook_endpoint_id: UUID) -> Response:
        at = clock.now()
        changed = operations.change(
            account=self.account(),
            endpoint_id=webhook_endpoint_id,
            versions=versions.wanted(request),
            at=at,
            **self.read_body(),
        )
        return versions.answer(request, showing.endpoint(changed, at=at), unless_known=False)

    @Operation(
        name="delete_webhook_endpoint",
        tag=Tag.WEBHOOKS,
        title="Delete a webhook endpoint",
        text="Nothing is sent to it any more, also not what was still to be tried.",
        scope="post",
        answers={200: Said("The endpoint that was.", showing.ENDPOINT_RECORD)},
    )
    def delete(self, request: Request, webhook_endpoint_id: UUID) -> Response:
        deleted = operations.delete(account=self.account(), endpoint_id=webhook_endpoint_id)
        return Response(showing.endpoint(deleted, at=clock.now()))


class SecretRotation(Endpoint):
    @Operation(
        name="rotate_webhook_secret",
        tag=Tag.WEBHOOKS,
        title="Rotate an endpoint's secret",
        text="A new secret. During the overlap both sign: verify with either, then forget the old one.",
        scope="post",
        once=True,
        body=ROTATION,
        answers={200: Said("The endpoint, with its new secret.", showing.NEW_ENDPOINT, links=OF_THIS_ENDPOINT)},
        refusals=(policies.OverlapTooLong,),
    )
    def post(self, request: Request, webhook_endpoint_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            overlap = timedelta(hours=self.read_body()["overlap_hours"])
            rotated = operations.rotate_secret(
                account=self.account(), endpoint_id=webhook_endpoint_id, overlap=overlap, at=at
            )
            return HTTPStatus.OK, showing.with_secret(rotated, at=at)

        return self.once(work, shown_once=SHOWN_ONCE)


class TestMessage(Endpoint):
    @Operation(
        name="test_webhook_endpoint",
        tag=Tag.WEBHOOKS,
        title="Send a test message",
        text="A message of type `webhook_endpoint.test`, signed and sent as all others are. What came of it is in the"
        " endpoint's deliveries within seconds.",
        scope="post",
        once=True,
        answers={202: Said("The message, on its way.", showing.DELIVERY_RECORD)},
        refusals=(EndpointDisabled,),
    )
    def post(self, request: Request, webhook_endpoint_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            self.read_body()
            sent = operations.send_test(account=self.account(), endpoint_id=webhook_endpoint_id, at=at)
            return HTTPStatus.ACCEPTED, showing.delivery(sent)

        return self.once(work)


class Deliveries(Endpoint):
    @Operation(
        name="list_webhook_deliveries",
        tag=Tag.WEBHOOKS,
        title="List what was sent to an endpoint",
        text="Newest first, with every try: the status it was answered, or why there was no answer. Kept for 30 days.",
        scope="read",
        query={**pages.QUERY, "status": OneOf(text="Only these.", among=DeliveryState, sample="failed")},
        answers={200: Said("A page of deliveries.", showing.DELIVERY_PAGE)},
    )
    def get(self, request: Request, webhook_endpoint_id: UUID) -> Response:
        found = find(webhook_endpoint_id, account_id=self.caller.account_id)
        rows = pages.newest(queries.deliveries(endpoint_id=found.id, state=self.query.get("status")), self.query)
        return pages.answer(request, self.query, rows, show=showing.delivery)


class Redelivery(Endpoint):
    @Operation(
        name="redeliver_webhook",
        tag=Tag.WEBHOOKS,
        title="Send a message again",
        text="The same message with the same `webhook-id`, whatever came of it before; it is tried for three days.",
        scope="post",
        once=True,
        body=REDELIVERY,
        answers={202: Said("The message, on its way.", showing.DELIVERY_RECORD)},
        refusals=(EndpointDisabled,),
    )
    def post(self, request: Request, webhook_endpoint_id: UUID) -> Response:
        def work(at: datetime) -> tuple[HTTPStatus, dict[str, Any]]:
            delivery_id = self.read_body()["delivery"]
            sent = operations.redeliver(
                account=self.account(), endpoint_id=webhook_endpoint_id, delivery_id=delivery_id, at=at
            )
            return HTTPStatus.ACCEPTED, showing.delivery(sent)

        return self.once(work)
