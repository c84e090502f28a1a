"""Named reads: an account's endpoints, what was sent to them, and the secrets as they are shown."""

from collections.abc import Sequence
from uuid import UUID

from market.config import config
from market.webhooks import signing
from market.webhooks.models import KEPT, Delivery, WebhookEndpoint
from market.webhooks.states import DeliveryState


def endpoints(*, account_id: UUID, before: UUID | None, limit: int) -> list[WebhookEndpoint]:
    rows = WebhookEndpoint.objects.filter(account_id=account_id, state__in=KEPT).order_by("-id")
    return list((rows.filter(id__lt=before) if before else rows)[:limit])


def endpoint(endpoint_id: UUID, *, account_id: UUID) -> WebhookEndpoint | None:
    return WebhookEndpoint.objects.filter(pk=endpoint_id, account_id=account_id, state__in=KEPT).first()


def deliveries(
    *, endpoint_id: UUID, state: DeliveryState | None, before: UUID | None, limit: int
) -> Sequence[Delivery]:
    """The newest first, each with its tries."""
    rows = Delivery.objects.filter(endpoint_id=endpoint_id).order_by("-id").prefetch_related("attempts")
    if state is not None:
        rows = rows.filter(state=state)
    return list((rows.filter(id__lt=before) if before else rows)[:limit])


def secret_text(secret_id: UUID) -> str:
    return signing.secret(secret_id, key=config.secret_key.get_secret_value())
