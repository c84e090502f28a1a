"""Live payouts held back, because the books and Stripe do not agree. Lifted by an operator, who says why."""

from django.db import models
from django.db.models import Q

from market.accounts.models import Mode
from market.ids import new_id


class PayoutStop(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    mode = models.CharField(max_length=4, choices=Mode)
    findings = models.JSONField(default=list)  # sentences, for the operators
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mode"], condition=Q(lifted_at__isnull=True), name="payouts_stopped_once"),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True) | ~Q(lifted_because=""), name="payouts_resumed_for_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.mode} {self.at}"
