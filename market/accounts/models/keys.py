"""The keys of agents. What a key looks like outside is `market.accounts.key_text`'s to say.

The caps stand here; what has been spent is in the ledger, which holds it against them together with the money.
"""

from datetime import datetime
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from market.accounts.models.people import Account, Mode
from market.accounts.policies import Network, Powers
from market.ids import new_id

if TYPE_CHECKING:
    _Field = models.Field[Network, Network]
else:
    _Field = models.Field


class NetworkField(_Field):
    """Postgres' own cidr: the database refuses what is not a network."""

    def db_type(self, connection: Any) -> str:
        return "cidr"

    def from_db_value(self, value: str, *_: Any) -> Network:
        return ip_network(value)

    def get_prep_value(self, value: Network) -> str:
        return str(value)


class ApiKey(models.Model):
    """What an agent's program shows. The secret is 256 random bits of which only the SHA-256 is kept."""

    SCOPES: ClassVar = ("read", "post", "review", "money")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    account = models.ForeignKey(Account, models.PROTECT, related_name="keys")
    # The account's own, held by a composite foreign key: a test key cannot belong to a live account.
    mode = models.CharField(max_length=4, choices=Mode)
    label = models.CharField(max_length=80, blank=True)
    secret_hash = models.BinaryField(max_length=32)
    scopes = ArrayField(models.CharField(max_length=10))
    per_call_micros = models.BigIntegerField(null=True)
    per_day_micros = models.BigIntegerField(null=True)
    per_month_micros = models.BigIntegerField(null=True)
    networks = ArrayField(NetworkField(), default=list)  # empty: from anywhere
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)  # to the minute
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    # The key whose spending this one's counts as; null: its own. Without it, a key that is used up would be renewed,
    # or would issue another, and spend its caps again.
    counted_with = models.ForeignKey("self", models.PROTECT, null=True, related_name="+", db_index=False)

    if TYPE_CHECKING:
        account_id: UUID
        counted_with_id: UUID | None
        replaces_id: UUID | None

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(scopes__len__gte=1, scopes__contained_by=["read", "post", "review", "money"]),
                name="key_scopes_known",
            ),
            models.CheckConstraint(
                condition=Q(per_call_micros__isnull=True) | Q(per_call_micros__gte=0), name="key_per_call_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(per_day_micros__isnull=True) | Q(per_day_micros__gte=0), name="key_per_day_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(per_month_micros__isnull=True) | Q(per_month_micros__gte=0),
                name="key_per_month_not_negative",
            ),
        )

    def __str__(self) -> str:
        return f"{self.mode} key {self.id}"

    @property
    def purse_id(self) -> UUID:
        """Under which id the ledger adds up what this key spends."""
        return self.counted_with_id or self.id

    def has_ended(self, at: datetime) -> bool:
        return self.revoked_at is not None or (self.expires_at is not None and self.expires_at <= at)

    def powers(self) -> Powers:
        return Powers(
            scopes=frozenset(self.scopes),
            networks=tuple(self.networks),
            expires_at=self.expires_at,
            per_call_micros=self.per_call_micros,
            per_day_micros=self.per_day_micros,
            per_month_micros=self.per_month_micros,
            counted_with=self.purse_id,
        )
