"""Forgetting what the door need not remember any more: answers past their promise, callers who are quiet again."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from agents_api.idempotency import KEPT_FOR
from agents_api.models import CallRate, KeptAnswer

BATCH = 5_000


def forget(*, at: datetime) -> int:
    """A batch a statement, so that no lock is held for long."""
    old_answers = KeptAnswer.objects.filter(created_at__lt=at - KEPT_FOR).order_by("created_at")
    # Whoever has all of its allowance again is as good as never seen.
    quiet_callers = CallRate.objects.filter(full_at__lt=at).order_by("full_at")
    return _forget(old_answers) + _forget(quiet_callers)


def _forget(rows: "QuerySet[Any]") -> int:
    forgotten = 0
    # Asked again when it is deleted: a caller may have come back meanwhile.
    while gone := rows.filter(pk__in=list(rows.values_list("pk", flat=True)[:BATCH])).delete()[0]:
        forgotten += gone
    return forgotten
