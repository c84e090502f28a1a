"""What happened, in order, for one account. The feed is the truth; webhooks and streams are copies of it.

Rows are only ever added. What they mean is the business of whoever appends them; the catalogue of types is not here.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias, Union

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from market.accounts.models import Account, Mode
from market.ids import new_id

JSON: TypeAlias = Union[bool, int, float, str, "Sequence[JSON]", "Mapping[str, JSON]", None]


class Event(models.Model):
    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # The foreign key in the database is on (account, mode): an event has the mode of its owner and no other.
    account = models.ForeignKey(Account, models.PROTECT, db_constraint=False, db_index=False, related_name="events")
    mode = models.CharField(max_length=4, choices=Mode)
    type = models.CharField(max_length=60)
    data = models.JSONField()
    # When it happened, on the account's own clock; `created_at` is ours.
    at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    # Given by a trigger, which also tells readers how far they may read: see the second migration.
    position = models.BigIntegerField(editable=False)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(mode__in=["test", "live"]), name="event_mode_known"),
            models.CheckConstraint(
                condition=Q(type__regex=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$"), name="event_type_in_words"
            ),
            models.UniqueConstraint("account", "position", name="event_feed"),  # what every reader reads along
        )

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class Forgotten(models.Model):
    """How far an account's feed has been forgotten: a cursor from before that would skip what is gone."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True, related_name="+")
    through_position = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account_id} through {self.through_position}"


class Followed(models.Model):
    """An account whose feed somebody copies: whoever appends to it says so, see following.py."""

    account = models.OneToOneField(Account, models.CASCADE, primary_key=True, related_name="+")

    def __str__(self) -> str:
        return str(self.account_id)


class Origin(models.Model):
    """The one row that says which database server the feed was last written by: see `retention.notice_restore`."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    server = models.CharField(max_length=200)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(id=1), name="event_origin_is_one"),)

    def __str__(self) -> str:
        return self.server
