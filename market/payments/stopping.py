"""Holding payouts back while the books and Stripe do not agree, and letting them go on.

Nothing is lost by a stop: what is asked for is set aside and sent afterwards. Who is told is every operator, by e-mail,
and `manage.py reconcile`, the metrics and the operators' page of money.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import structlog
from django.db import transaction
from django.urls import reverse

from market.accounts import audit
from market.accounts.models import Audit
from market.accounts.operations.operators import ReasonMissing
from market.errors import DomainError, Kind
from market.payments.alerts import tell_operators
from market.payments.models import PayoutStop
from market.work.operations import enqueue

ALERT = "alert_of_payout_stop"

log = structlog.get_logger(__name__)


class NothingStopped(DomainError):
    """Payouts are not held back."""

    code = "payouts_not_stopped"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Fetch it again: somebody else has let them go on already."


def is_stopped(mode: str) -> bool:
    return PayoutStop.objects.filter(mode=mode, lifted_at__isnull=True).exists()


def stop_in_force(mode: str) -> PayoutStop | None:
    return PayoutStop.objects.filter(mode=mode, lifted_at__isnull=True).first()


@transaction.atomic
def stop_payouts(*, mode: str, findings: Sequence[str], at: datetime) -> None:
    """Hold them back and tell the operators. Already held back: the newest findings stand, and nobody is told again."""
    stop, new = PayoutStop.objects.get_or_create(
        mode=mode, lifted_at__isnull=True, defaults={"findings": list(findings), "at": at}
    )
    if new:
        log.error("payouts_stopped", mode=mode, findings=list(findings))
        enqueue(kind=ALERT, subject=str(stop.id))
    else:
        PayoutStop.objects.filter(pk=stop.pk).update(findings=list(findings))


@transaction.atomic
def resume_payouts(*, mode: str, by: audit.Actor, because: str, at: datetime) -> None:
    if not because.strip():
        raise ReasonMissing("Payouts go on for a reason.", param="/because")
    stop = PayoutStop.objects.select_for_update().filter(mode=mode, lifted_at__isnull=True).first()
    if stop is None:
        raise NothingStopped("Payouts are not held back.")
    stop.lifted_at, stop.lifted_because = at, because.strip()[:300]
    stop.save()
    audit.record(action=Audit.Action.PAYOUTS_RESUMED, by=by, subject_id=stop.id, at=at, reason=stop.lifted_because)


def alert(*, stop_id: UUID) -> None:
    stop = PayoutStop.objects.get(pk=stop_id)
    because = "The books and Stripe do not agree. Live payouts wait until an operator lets them go on."
    lines = [because, "", *(f"- {each}" for each in stop.findings)]
    tell_operators(subject="payouts are stopped", lines=lines, path=reverse("ops_money"))
