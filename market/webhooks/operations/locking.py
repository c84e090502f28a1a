"""Finding what is to be changed, locked: the account's own, or nothing."""

from typing import ClassVar
from uuid import UUID

from market.accounts.models import Account
from market.errors import DomainError, Kind
from market.webhooks.models import KEPT, Delivery, WebhookEndpoint


class NoSuchWebhookEndpoint(DomainError):
    """There is no such webhook endpoint, or it is not yours."""

    code = "no_such_webhook_endpoint"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id; GET /v1/webhook-endpoints lists yours."


class NoSuchDelivery(DomainError):
    """There is no such delivery of this endpoint, or it is no longer kept."""

    code = "no_such_webhook_delivery"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Check the id; the endpoint's /deliveries lists those of the last 30 days."


def lock_endpoint(endpoint_id: UUID, *, account: Account | None = None) -> WebhookEndpoint:
    rows = WebhookEndpoint.objects.select_for_update(of=("self",)).filter(pk=endpoint_id, state__in=KEPT)
    found = (rows if account is None else rows.filter(account=account)).select_related("account").first()
    if found is None:
        raise NoSuchWebhookEndpoint("There is no such webhook endpoint.")
    return found


def require_delivery(delivery_id: UUID, *, endpoint: WebhookEndpoint) -> None:
    if not Delivery.objects.filter(pk=delivery_id, endpoint=endpoint).exists():
        raise NoSuchDelivery("There is no such delivery.")
