"""Where copies are sent, what is to be sent, and what came of each try. Moments are on the house's own clock."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from market.accounts.models import Account, Mode
from market.ids import encode, new_id
from market.webhooks.states import DELIVERY, ENDPOINT, DeliveryState, EndpointState

KEPT = sorted(set(EndpointState) - ENDPOINT.ends())


class WebhookEndpoint(models.Model):
    class Because(models.TextChoices):
        NOBODY_SAYS = ""
        OWNER = "owner"
        FAILING = "failing"  # nothing got through for three days
        GONE = "gone"  # it answered 410

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The foreign key in the database is on (account, mode): see the second migration.
    account = models.ForeignKey(Account, models.PROTECT, db_constraint=False, related_name="webhook_endpoints")
    mode = models.CharField(max_length=4, choices=Mode)
    url = models.CharField(max_length=500)
    description = models.CharField(max_length=200, blank=True)
    types = ArrayField(models.CharField(max_length=60), default=list)  # empty: every type
    state = models.CharField(
        max_length=8, choices=[(each, each) for each in EndpointState], default=EndpointState.ENABLED
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(db_default=Now())
    # How far the account's feed has been copied. Moves on in the transaction that writes the deliveries.
    position = models.BigIntegerField()
    # The secrets themselves are made from these ids: see signing.py.
    secret_id = models.UUIDField(default=new_id)
    former_secret_id = models.UUIDField(null=True)
    former_until = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)  # the first failure after the last success
    disabled_at = models.DateTimeField(null=True)
    disabled_because = models.CharField(max_length=7, choices=Because, blank=True)

    if TYPE_CHECKING:
        account_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=list(EndpointState)), name="webhook_endpoint_state_known"),
            models.CheckConstraint(
                condition=~Q(state=EndpointState.DISABLED)
                | Q(disabled_at__isnull=False, disabled_because__in=["owner", "failing", "gone"]),
                name="webhook_endpoint_disabled_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(former_secret_id__isnull=True, former_until__isnull=True)
                | Q(former_secret_id__isnull=False, former_until__isnull=False),
                name="webhook_endpoint_former_secret_ends",
            ),
            models.CheckConstraint(
                condition=~Q(former_secret_id=F("secret_id")), name="webhook_endpoint_secret_is_new"
            ),
            models.CheckConstraint(condition=~Q(url=""), name="webhook_endpoint_has_a_url"),
        )
        indexes = (models.Index("account", condition=Q(state__in=KEPT), name="webhook_endpoint_of_account"),)

    def __str__(self) -> str:
        return f"{self.state} {self.id}"


class Delivery(models.Model):
    """One message to one endpoint. Its body is written once, so that every try says the same."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries", db_index=False)
    event_id = models.UUIDField(null=True)  # none of a test
    type = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(
        max_length=9, choices=[(each, each) for each in DeliveryState], default=DeliveryState.PENDING
    )
    created_at = models.DateTimeField()
    begun_at = models.DateTimeField()  # when the three days began: again when it is sent again
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)  # since then
    ended_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        endpoint_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("endpoint", "event_id", name="webhook_delivery_once_per_event"),
            models.CheckConstraint(condition=Q(state__in=list(DeliveryState)), name="webhook_delivery_state_known"),
            models.CheckConstraint(
                condition=Q(state=DELIVERY.start, ended_at__isnull=True)
                | (~Q(state=DELIVERY.start) & Q(ended_at__isnull=False)),
                name="webhook_delivery_pending_has_not_ended",
            ),
        )
        indexes = (
            models.Index(
                fields=["endpoint", "due_at"], condition=Q(state=DeliveryState.PENDING), name="webhook_delivery_by_due"
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_of_endpoint"),
            models.Index("ended_at", condition=Q(ended_at__isnull=False), name="webhook_delivery_ended_by_age"),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.id}"

    @property
    def message_id(self) -> str:
        """What the receiver knows it by, the same in every try and when it is sent again."""
        return encode("whd", self.id) if self.event_id is None else encode("evt", self.event_id)


class Attempt(models.Model):
    """One try: what was answered, or why nothing was."""

    id = models.BigAutoField(primary_key=True)
    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    status = models.PositiveSmallIntegerField(null=True)
    fault = models.CharField(max_length=20, blank=True)
    excerpt = models.CharField(max_length=1_000, blank=True)

    if TYPE_CHECKING:
        delivery_id: UUID

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(status__isnull=False) | ~Q(fault=""), name="webhook_attempt_answered_or_at_fault"
            ),
        )

    def __str__(self) -> str:
        return f"{self.status or self.fault} {self.delivery_id}"
