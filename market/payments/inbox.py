"""The inbox of Stripe's webhooks: taken in once by event id, answered at once, applied by a piece of work.

Applying fetches the object as it is now and moves forward only, under a business key: an event that comes twice, late,
out of order or replayed by hand changes nothing more. What nobody here does anything about is kept and ignored. Which
function does something about which types is said by `applies`, beside that function.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import transaction

from market.payments import stripe_gateway
from market.payments.models import StripeEvent
from market.payments.stripe_words import Notice
from market.work.operations import enqueue

log = structlog.get_logger(__name__)

APPLY = "apply_stripe_event"
# How far back the nightly listing looks. Stripe keeps events for 30 days and tries a webhook for three.
LISTED_BACK = timedelta(days=4)
KEPT_FOR = timedelta(days=30)
_AT_ONCE = 500

Applied = Callable[[StripeEvent, datetime], None]
_applied_by: dict[str, Applied] = {}


def applies(*types: str) -> Callable[[Applied], Applied]:
    """Register the function below for these types. Called with no transaction open, perhaps more than once."""

    def register(apply: Applied) -> Applied:
        for each in types:
            if each in _applied_by:
                raise ValueError(f"two functions apply {each}")
            _applied_by[each] = apply
        return apply

    return register


@transaction.atomic
def take_in(*, source: str, notice: Notice, at: datetime) -> bool:
    """Keep it and have it applied. False: it was here before."""
    is_ignored = notice.type not in _applied_by
    event, is_new = StripeEvent.objects.get_or_create(
        id=notice.id,
        defaults={
            "source": source,
            "type": notice.type,
            "object_id": notice.object_id,
            "account": notice.account,
            "created_at": notice.created_at,
            "received_at": at,
            "applied_at": at if is_ignored else None,
            "is_ignored": is_ignored,
        },
    )
    if event.applied_at is None:
        enqueue(kind=APPLY, subject=event.id)
    return is_new


def apply(*, event_id: str, at: datetime, again: bool = False) -> None:
    """Do what this event asks for. Done before, it is not done again unless somebody wants it `again`."""
    event = StripeEvent.objects.get(pk=event_id)
    found = _applied_by.get(event.type)
    if found is None or (event.applied_at is not None and not again):
        return
    found(event, at)
    StripeEvent.objects.filter(pk=event_id).update(applied_at=at, is_ignored=False)
    log.info("stripe event applied", event_id=event_id, type=event.type)


def list_missed(*, at: datetime) -> int:
    """Ask Stripe what has happened, and take in what no webhook told of. Answers how many were missed."""
    missed = 0
    wanted = (each for each in stripe_gateway.notices(since=_last_heard(at) - LISTED_BACK) if each.type in _applied_by)
    while some := list(islice(wanted, _AT_ONCE)):
        known = set(StripeEvent.objects.filter(pk__in=[each.id for each in some]).values_list("id", flat=True))
        for notice in some:
            if notice.id not in known:
                missed += take_in(source=source_of(notice), notice=notice, at=at)
    if missed:
        log.warning("stripe events had been missed", missed=missed)
    return missed


def _last_heard(at: datetime) -> datetime:
    """Where nothing came for longer than Stripe tries, all of that time is asked for; Stripe keeps a month of it."""
    newest = StripeEvent.objects.order_by("-created_at").values_list("created_at", flat=True).first()
    return min(at, newest) if newest else at - KEPT_FOR + LISTED_BACK


def replay(*, event_id: str, at: datetime) -> StripeEvent:
    """Apply an event once more, by hand; fetched from Stripe if it never came."""
    if not StripeEvent.objects.filter(pk=event_id).exists():
        notice = stripe_gateway.notice(event_id)
        take_in(source=source_of(notice), notice=notice, at=at)
    apply(event_id=event_id, at=at, again=True)
    return StripeEvent.objects.get(pk=event_id)


def source_of(notice: Notice) -> str:
    if notice.is_thin:
        return StripeEvent.Source.THIN
    return StripeEvent.Source.CONNECT if notice.account else StripeEvent.Source.PLATFORM
