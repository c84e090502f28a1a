"""Sending by hand: a test message, and what was sent before."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.ids import encode, new_id
from market.webhooks.models import Delivery, WebhookEndpoint
from market.webhooks.operations.copying import ask_to_send, message
from market.webhooks.operations.locking import lock_endpoint, require_delivery
from market.webhooks.states import DELIVERY, DeliveryState, EndpointState

TEST = "webhook_endpoint.test"


class EndpointDisabled(DomainError):
    """Nothing is sent to an endpoint that is disabled."""

    code = "webhook_endpoint_disabled"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = 'Enable it: PATCH it with {"enabled": true} and `If-Match: *`.'


@transaction.atomic
def send_test(*, account: Account, endpoint_id: UUID, at: datetime) -> Delivery:
    """A message that tells of nothing, sent as all others are."""
    endpoint = lock_endpoint(endpoint_id, account=account)
    _require_enabled(endpoint)
    delivery_id = new_id()
    body = message(TEST, at, {"webhook_endpoint": encode("whk", endpoint.id), "delivery": encode("whd", delivery_id)})
    made = Delivery.objects.create(
        id=delivery_id, endpoint=endpoint, type=TEST, body=body, created_at=at, begun_at=at, due_at=at
    )
    ask_to_send()
    return made


@transaction.atomic
def redeliver(*, account: Account, endpoint_id: UUID, delivery_id: UUID, at: datetime) -> Delivery:
    """The same message once more, with its own three days. What is still being tried is tried now."""
    endpoint = lock_endpoint(endpoint_id, account=account)
    _require_enabled(endpoint)
    require_delivery(delivery_id, endpoint=endpoint)
    changes = {"begun_at": at, "due_at": at, "tries": 0, "ended_at": None}
    rows = Delivery.objects.filter(pk=delivery_id)
    ended = [DeliveryState.DELIVERED, DeliveryState.FAILED]
    if not DELIVERY.move(rows, source=ended, to=DeliveryState.PENDING, **changes):
        rows.update(due_at=at)
    ask_to_send()
    return rows.get()


def _require_enabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.state != EndpointState.ENABLED:
        raise EndpointDisabled("This endpoint is disabled.")
