"""Finding what nobody looks at: a feed whose hint got lost, messages whose work got lost; and forgetting the old."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from market.events.models import Event
from market.webhooks.models import Delivery, WebhookEndpoint
from market.webhooks.operations.copying import ask_for_copy, ask_to_send
from market.webhooks.operations.sending import next_due
from market.webhooks.policies import DELIVERIES_KEPT_FOR
from market.webhooks.states import EndpointState

BATCH = 2_000


def look_again(*, at: datetime) -> None:
    """Cheap where all is well: one probe of an index for each endpoint."""
    uncopied = Event.objects.filter(account_id=OuterRef("account_id"), position__gt=OuterRef("position"))
    behind = WebhookEndpoint.objects.filter(Exists(uncopied), state=EndpointState.ENABLED)
    for account_id in behind.order_by().values_list("account_id", flat=True).distinct():
        ask_for_copy(account_id)
    next_at = next_due()
    if next_at is not None and next_at <= at:
        with transaction.atomic():
            ask_to_send()


def forget(*, at: datetime) -> int:
    """Delete what ended long ago, and endpoints that were deleted once nothing of them is left to tell."""
    forgotten = _delete(Delivery.objects.filter(ended_at__lt=at - DELIVERIES_KEPT_FOR).order_by("ended_at"))
    forgotten += _delete(Delivery.objects.filter(endpoint__state=EndpointState.DELETED, ended_at=None))
    left = Delivery.objects.filter(endpoint=OuterRef("pk"))
    WebhookEndpoint.objects.filter(~Exists(left), state=EndpointState.DELETED).delete()
    return forgotten


def _delete(rows: QuerySet[Delivery]) -> int:
    """A batch in each transaction: the tries go with their deliveries."""
    deleted = 0
    while batch := list(rows.values_list("pk", flat=True)[:BATCH]):
        Delivery.objects.filter(pk__in=batch).delete()
        deleted += len(batch)
    return deleted
