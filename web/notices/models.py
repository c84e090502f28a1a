"""What somebody wants to hear, how far a feed has been told, and what is to be told."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from market.accounts.models import Account, User
from market.ids import new_id
from web.notices.policies import Channel, Kind


class Preferences(models.Model):
    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="notice_preferences")
    language = models.CharField(max_length=10)
    zone = models.CharField(max_length=40)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    off = models.JSONField(default=list)  # of what is told, what is switched off: `money.email`

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="preferences_quiet_from_and_until",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Feed(models.Model):
    """How far a scout's feed has been told."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    position = models.BigIntegerField()

    if TYPE_CHECKING:
        account_id: UUID
        user_id: UUID

    def __str__(self) -> str:
        return f"{self.account_id} through {self.position}"


class Device(models.Model):
    """A browser that push messages are sent to: where, and the keys that only it can read them with."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    endpoint = models.CharField(max_length=500, unique=True)
    public_key = models.BinaryField(max_length=65)
    secret = models.BinaryField(max_length=16)
    made_at = models.DateTimeField()

    if TYPE_CHECKING:
        user_id: UUID

    def __str__(self) -> str:
        return str(self.id)


class Watch(models.Model):
    """A place whose new bounties somebody wants to hear of."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="watches")
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    name = models.CharField(max_length=300)
    latitude_e7 = models.IntegerField()
    longitude_e7 = models.IntegerField()
    within_m = models.PositiveIntegerField()
    looked_at = models.DateTimeField()  # what was opened before that has been told, or was there before
    due_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index("due_at", name="watch_by_due"),)

    def __str__(self) -> str:
        return str(self.id)


class Notice(models.Model):
    """One thing to tell to one person in one way."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="notices")
    # What it is about and whom it goes to: the same is never told twice in the same way.
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=10, choices=[(each, each) for each in Kind])
    channel = models.CharField(max_length=5, choices=[(each, each) for each in Channel])
    device = models.ForeignKey(Device, models.CASCADE, null=True)
    type = models.CharField(max_length=60)  # of the event; `nearby` where there is none
    data = models.JSONField()
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        user_id: UUID
        device_id: UUID | None

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=list(Kind)), name="notice_kind_known"),
            models.CheckConstraint(
                condition=Q(channel="push", device__isnull=False) | Q(channel="email", device__isnull=True),
                name="notice_goes_somewhere",
            ),
        )
        indexes = (models.Index("made_at", name="notice_by_age"),)

    def __str__(self) -> str:
        return f"{self.type} by {self.channel}"
