"""What Stripe told us, once each. Never what it said of the object: that is fetched when the event is applied."""

from django.db import models
from django.db.models import Q


class StripeEvent(models.Model):
    class Source(models.TextChoices):
        PLATFORM = "platform"  # our own account
        CONNECT = "connect"  # a scout's account
        THIN = "thin"  # events of version 2

    id = models.CharField(max_length=255, primary_key=True)
    source = models.CharField(max_length=8, choices=Source)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True)
    account = models.CharField(max_length=255, blank=True)
    created_at = models.DateTimeField()  # by Stripe's clock
    received_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    # Nobody here does anything about events of this type.
    is_ignored = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(source__in=["platform", "connect", "thin"]), name="stripe_event_source_known"
            ),
            models.CheckConstraint(condition=~Q(id="") & ~Q(type=""), name="stripe_event_says_what"),
        )
        indexes = (
            models.Index("received_at", condition=Q(applied_at__isnull=True), name="stripe_event_unapplied"),
            models.Index("created_at", name="stripe_event_by_time"),
        )

    def __str__(self) -> str:
        return f"{self.type} {self.id}"
