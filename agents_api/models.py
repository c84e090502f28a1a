"""What the door itself has to remember: answers already given, and how often somebody has called."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from agents_api.sandbox.models import SimulatedScout, Simulation
from market.accounts.models import Account

__all__ = ["CallRate", "KeptAnswer", "SimulatedScout", "Simulation"]


class KeptAnswer(models.Model):
    """The answer to a request with an idempotency key, written in the transaction of what the request did."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    key = models.CharField(max_length=255)
    # Of method, path and body: the same key with another request is a mistake, and is told.
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField()
    body = models.BinaryField()
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "key"), name="kept_answer_once_per_key"),
            models.CheckConstraint(condition=Q(status__gte=200, status__lt=500), name="kept_answer_is_not_our_failure"),
        )

    def __str__(self) -> str:
        return f"{self.account_id} {self.status}"


class CallRate(models.Model):
    """How far ahead of its allowance somebody has called. A table that is not logged: see the migration."""

    caller = models.CharField(primary_key=True, max_length=120)
    # The moment at which the caller has all of the allowance again.
    full_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.caller
