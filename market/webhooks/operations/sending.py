"""Sending what is due, and recording what came of it.

One piece of work for the whole house, with many sends in flight: a receiver that dawdles holds one of our threads and
none of our workers. How many one receiver and one account may hold is bounded, so that they get in nobody's way.
No connection to the database is used by a thread that sends, and no transaction is open while one does. A worker that
is killed has recorded nothing of what was in flight: it is sent again, and the receiver tells by the message's id.
"""

import random
import time
from collections import Counter
from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog
from django.db import connection, transaction

from market import clock
from market.config import config
from market.ids import encode
from market.webhooks import gateway, policies, signing
from market.webhooks.gateway import Fault, Outcome
from market.webhooks.models import Attempt, Delivery, WebhookEndpoint
from market.webhooks.operations.copying import ask_to_send
from market.webhooks.operations.endpoints import disable, reach
from market.webhooks.operations.locking import NoSuchWebhookEndpoint
from market.webhooks.policies import UnusableUrl
from market.webhooks.states import DELIVERY, DeliveryState, EndpointState

log = structlog.get_logger(__name__)

IN_FLIGHT = 48
# How long one run takes up new messages. It then ends, so that a worker that is told to stop soon can.
RUN_SECONDS = 5.0
_LOOK_SECONDS = 0.1
_GONE = 410
_AGENT = "Sightline-Webhooks/1"

Send = Callable[[policies.Target, list[tuple[str, str]], bytes], Outcome]


@dataclass(frozen=True)
class Due:
    """A message that is to be sent now, with all that sending takes."""

    delivery_id: UUID
    endpoint_id: UUID
    account_id: UUID
    url: str
    message_id: str
    body: bytes
    secret_ids: tuple[UUID, ...]


def _post(target: policies.Target, headers: list[tuple[str, str]], body: bytes) -> Outcome:
    return gateway.post(target, headers=headers, body=body, reach=reach())


def send_due(*, send: Send = _post) -> None:
    """Send what is due until nothing is, or until the run is long enough; then ask for the next run."""
    until = time.monotonic() + RUN_SECONDS
    flying: dict[Future[Outcome], Due] = {}
    with ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="webhook") as threads:
        while True:
            if time.monotonic() < until:
                for due in _take(flying.values(), at=clock.now()):
                    flying[threads.submit(_send, due, send)] = due
            if not flying:
                break
            done, _ = wait(flying, timeout=_LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                record(flying.pop(future).delivery_id, future.result(), at=clock.now())
    next_at = next_due()
    if next_at is not None:
        with transaction.atomic():
            ask_to_send(next_at)


def _take(flying: Collection[Due], *, at: datetime) -> list[Due]:
    """What is due and may fly, the longest due first."""
    free = IN_FLIGHT - len(flying)
    if free <= 0:
        return []
    busy_ids = {each.delivery_id for each in flying}
    by_endpoint = Counter(each.endpoint_id for each in flying)
    by_account = Counter(each.account_id for each in flying)
    taken: list[Due] = []
    for most, due in _due(at):
        if (
            len(taken) < free
            and due.delivery_id not in busy_ids
            and by_endpoint[due.endpoint_id] < most
            and by_account[due.account_id] < policies.MOST_AT_ONCE_PER_ACCOUNT
        ):
            by_endpoint[due.endpoint_id] += 1
            by_account[due.account_id] += 1
            taken.append(due)
    return taken


def _due(at: datetime) -> list[tuple[int, Due]]:
    """Of each endpoint no more than could fly at once: one with a long queue must not hide the others."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT endpoint.id, endpoint.account_id, endpoint.url, endpoint.secret_id,
                CASE WHEN endpoint.former_until > %(at)s THEN endpoint.former_secret_id END,
                endpoint.failing_since IS NOT NULL, due.id, due.event_id, due.body
            FROM webhooks_webhookendpoint AS endpoint
            CROSS JOIN LATERAL (
                SELECT id, event_id, body, due_at FROM webhooks_delivery
                WHERE endpoint_id = endpoint.id AND state = 'pending' AND due_at <= %(at)s
                ORDER BY due_at LIMIT %(most)s
            ) AS due
            WHERE endpoint.state = 'enabled'
            ORDER BY due.due_at
            """,
            {"at": at, "most": 2 * policies.MOST_AT_ONCE},
        )
        rows = cursor.fetchall()
    return [
        (
            policies.MOST_AT_ONCE_WHILE_FAILING if failing else policies.MOST_AT_ONCE,
            Due(
                delivery_id=delivery_id,
                endpoint_id=endpoint_id,
                account_id=account_id,
                url=url,
                message_id=encode("whd", delivery_id) if event_id is None else encode("evt", event_id),
                body=body.encode(),
                secret_ids=(secret_id,) if former is None else (secret_id, former),
            ),
        )
        for endpoint_id, account_id, url, secret_id, former, failing, delivery_id, event_id, body in rows
    ]


def _send(due: Due, send: Send) -> Outcome:
    try:
        target = policies.read_url(due.url, reach())
    except UnusableUrl:
        # Allowed when it was made, and no longer: the house was moved into production, or its networks closed.
        return Outcome(None, Fault.ADDRESS_REFUSED, "", 0)
    headers = signing.headers(
        message_id=due.message_id,
        at=clock.now(),
        body=due.body,
        secret_ids=due.secret_ids,
        key=config.secret_key.get_secret_value(),
    )
    return send(target, [("content-type", "application/json"), ("user-agent", _AGENT), *headers], due.body)


@transaction.atomic
def record(delivery_id: UUID, outcome: Outcome, *, at: datetime, jitter: float | None = None) -> None:
    """What came of one try. Of what has ended meanwhile, or was deleted, only the try itself is kept."""
    delivery = Delivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        return
    Attempt.objects.create(
        delivery=delivery,
        at=at,
        milliseconds=outcome.milliseconds,
        status=outcome.status,
        fault=outcome.fault,
        excerpt=outcome.excerpt,
    )
    if delivery.state != DeliveryState.PENDING:
        return
    tries = delivery.tries + 1
    end = partial(DELIVERY.move, Delivery.objects.filter(pk=delivery_id), source=DeliveryState.PENDING, tries=tries)
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id)
    if outcome.accepted:
        end(to=DeliveryState.DELIVERED, ended_at=at)
        endpoint.filter(failing_since__isnull=False).update(failing_since=None)
        return
    endpoint.filter(failing_since__isnull=True).update(failing_since=at)
    spread = random.uniform(-1, 1) if jitter is None else jitter  # noqa: S311 - no secret
    next_at = policies.next_try(begun_at=delivery.begun_at, tries=tries, at=at, jitter=spread)
    if outcome.status == _GONE:
        end(to=DeliveryState.FAILED, ended_at=at)
        _disable(delivery, WebhookEndpoint.Because.GONE, "It answered 410: there is nothing there any more.", at)
    elif next_at is not None:
        Delivery.objects.filter(pk=delivery_id).update(tries=tries, due_at=next_at)
    else:
        end(to=DeliveryState.FAILED, ended_at=at)
        if endpoint.filter(failing_since__lte=at - policies.TRY_FOR).exists():
            _disable(delivery, WebhookEndpoint.Because.FAILING, "For three days nothing has got through to it.", at)


def _disable(delivery: Delivery, because: WebhookEndpoint.Because, explanation: str, at: datetime) -> None:
    try:
        disable(endpoint_id=delivery.endpoint_id, because=because, explanation=explanation, at=at)
    except NoSuchWebhookEndpoint:
        log.info("webhook endpoint deleted meanwhile", endpoint_id=str(delivery.endpoint_id))


def next_due() -> datetime | None:
    due = Delivery.objects.filter(state=DeliveryState.PENDING, endpoint__state=EndpointState.ENABLED)
    found: datetime | None = due.order_by("due_at").values_list("due_at", flat=True).first()
    return found
