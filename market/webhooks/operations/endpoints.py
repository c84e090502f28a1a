"""Making endpoints, changing them, renewing their secrets, ending them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from market.accounts.models import Account
from market.config import config
from market.events import following, queries
from market.events.types import EventType
from market.ids import encode, new_id
from market.transitions import check_version
from market.webhooks import events
from market.webhooks.addresses import read_networks
from market.webhooks.models import KEPT, WebhookEndpoint
from market.webhooks.operations.locking import lock_endpoint
from market.webhooks.policies import MOST_ENDPOINTS, Reach, TooManyEndpoints, check_overlap, read_url
from market.webhooks.states import ENDPOINT, EndpointState


def reach() -> Reach:
    return Reach(opened=read_networks(config.webhook_allowed_networks))


@transaction.atomic
def create(
    *, account: Account, url: str, types: Sequence[EventType] = (), description: str = "", at: datetime
) -> WebhookEndpoint:
    """Everything that is told to the account from now on is sent to it. What was told before stands in the feed."""
    read_url(url, reach())
    # Whoever else makes or ends one for this account waits here: they are counted one after the other.
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    if WebhookEndpoint.objects.filter(account=account, state__in=KEPT).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints(f"An account has at most {MOST_ENDPOINTS} webhook endpoints.")
    following.follow(account_id=account.id)
    return WebhookEndpoint.objects.create(
        account=account,
        mode=account.mode,
        url=url,
        description=description,
        types=_names(types),
        position=queries.end(account_id=account.id),
        created_at=at,
    )


@transaction.atomic
def change(
    *,
    account: Account,
    endpoint_id: UUID,
    url: str | None = None,
    types: Sequence[EventType] | None = None,
    description: str | None = None,
    enabled: bool | None = None,
    versions: Collection[int] | None = None,
    at: datetime,
) -> WebhookEndpoint:
    """What is None stays. Enabled again, it is sent what is told from now on.

    `versions`: only if it still has one of these.
    """
    endpoint = lock_endpoint(endpoint_id, account=account)
    check_version(endpoint.version, among=versions)
    if url is None and types is None and description is None and enabled is None:
        return endpoint
    if url is not None:
        read_url(url, reach())
        endpoint.url = url
    if types is not None:
        endpoint.types = _names(types)
    if description is not None:
        endpoint.description = description
    endpoint.version += 1
    endpoint.save(update_fields=["url", "types", "description", "version"])
    if enabled is True and endpoint.state == EndpointState.DISABLED:
        _enable(endpoint)
    if enabled is False and endpoint.state == EndpointState.ENABLED:
        _disable(endpoint, WebhookEndpoint.Because.OWNER, at)
    return endpoint


@transaction.atomic
def rotate_secret(*, account: Account, endpoint_id: UUID, overlap: timedelta, at: datetime) -> WebhookEndpoint:
    """A new secret. Until the overlap is over, the old one signs as well; one that was older still ends at once."""
    check_overlap(overlap)
    endpoint = lock_endpoint(endpoint_id, account=account)
    endpoint.former_secret_id = endpoint.secret_id if overlap else None
    endpoint.former_until = at + overlap if overlap else None
    endpoint.secret_id = new_id()
    endpoint.version += 1
    endpoint.save(update_fields=["secret_id", "former_secret_id", "former_until", "version"])
    return endpoint


@transaction.atomic
def delete(*, account: Account, endpoint_id: UUID) -> WebhookEndpoint:
    """Nothing is sent to it any more, and nobody finds it. What is left of it is forgotten in time."""
    Account.objects.select_for_update(no_key=True).get(pk=account.pk)
    endpoint = lock_endpoint(endpoint_id, account=account)
    ENDPOINT.move(
        WebhookEndpoint.objects.filter(pk=endpoint.pk),
        source=[EndpointState.ENABLED, EndpointState.DISABLED],
        to=EndpointState.DELETED,
    )
    endpoint.state = EndpointState.DELETED
    if not WebhookEndpoint.objects.filter(account=account, state__in=KEPT).exists():
        following.unfollow(account_id=account.id)
    return endpoint


def disable(*, endpoint_id: UUID, because: WebhookEndpoint.Because, explanation: str, at: datetime) -> None:
    """By the house, in the transaction that finds out that nothing gets through. Disabled already, nothing changes."""
    endpoint = lock_endpoint(endpoint_id)
    if endpoint.state != EndpointState.ENABLED:
        return
    endpoint.version += 1
    endpoint.save(update_fields=["version"])
    _disable(endpoint, because, at)
    events.WEBHOOK_ENDPOINT_DISABLED.tell(
        endpoint.account_id,
        endpoint.account.time_of(at),
        webhook_endpoint=encode("whk", endpoint.id),
        because=str(because),
        explanation=explanation,
    )


def _disable(endpoint: WebhookEndpoint, because: WebhookEndpoint.Because, at: datetime) -> None:
    changes = {"disabled_at": at, "disabled_because": because}
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    ENDPOINT.move(rows, source=EndpointState.ENABLED, to=EndpointState.DISABLED, **changes)
    endpoint.state, endpoint.disabled_at, endpoint.disabled_because = EndpointState.DISABLED, at, because


def _enable(endpoint: WebhookEndpoint) -> None:
    changes = {
        "disabled_at": None,
        "disabled_because": "",
        "failing_since": None,
        "position": queries.end(account_id=endpoint.account_id),
    }
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    ENDPOINT.move(rows, source=EndpointState.DISABLED, to=EndpointState.ENABLED, **changes)
    endpoint.state, endpoint.disabled_at, endpoint.disabled_because = EndpointState.ENABLED, None, ""


def _names(types: Sequence[EventType]) -> list[str]:
    return list(dict.fromkeys(each.name for each in types))
