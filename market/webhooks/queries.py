"""Named reads: an account's endpoints, what was sent to them, and the secrets as they are shown."""

from uuid import UUID

from django.db.models import QuerySet

from market.config import config
from market.webhooks import signing
from market.webhooks.models import KEPT, Delivery, WebhookEndpoint
from market.webhooks.states import DeliveryState


def endpoints(*, account_id: UUID) -> QuerySet[WebhookEndpoint]:
    return WebhookEndpoint.objects.filter(account_id=account_id, state__in=KEPT)


def endpoint(endpoint_id: UUID, *, account_id: UUID) -> WebhookEndpoint | None:
    return WebhookEndpoint.objects.filter(pk=endpoint_id, account_id=account_id, state__in=KEPT).first()


def deliveries(*, endpoint_id: UUID, state: DeliveryState | None) -> QuerySet[Delivery]:
    """Each with its tries."""
    rows = Delivery.objects.filter(endpoint_id=endpoint_id).prefetch_related("attempts")
    return rows if state is None else rows.filter(state=state)


def secret_text(secret_id: UUID) -> str:
    return signing.secret(secret_id, key=config.secret_key.get_secret_value())
