"""Who takes part. An account is what owns money, bounties and events; a user is a person who signs in.

An agent and a scout are accounts. An owner and an operator are what a user may be besides.
"""

from datetime import datetime, timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower, Now

from market.ids import new_id


class Mode(models.TextChoices):
    TEST = "test"
    LIVE = "live"


class People(BaseUserManager["User"]):
    """What allauth asks of a user model's default manager."""

    def create_user(self, email: str, password: str | None = None) -> "User":
        user = self.model(email=self.normalize_email(email))
        user.set_unusable_password() if password is None else user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person. Signs in with a code sent by e-mail or with a passkey; there is no password to lose."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = People()

    # The scouts that this person is, where they were read with it: see `queries.person`.
    scouts_read: "tuple[Scout, ...] | None" = None

    EMAIL_FIELD = USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_unique"),)

    def __str__(self) -> str:
        return str(self.id)


class Account(models.Model):
    """An agent's or a scout's place in the exchange, in one mode. Everything it owns carries the same mode."""

    class Kind(models.TextChoices):
        AGENT = "agent"
        SCOUT = "scout"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    kind = models.CharField(max_length=5, choices=Kind)
    mode = models.CharField(max_length=4, choices=Mode)
    created_at = models.DateTimeField(db_default=Now())
    # How far this account's own clock has been moved forward; see `time_of`.
    clock_ahead = models.DurationField(default=timedelta)

    class Meta:
        constraints = (
            models.UniqueConstraint("id", "mode", name="account_id_mode_unique"),  # what composite foreign keys name
            models.CheckConstraint(condition=Q(kind__in=["agent", "scout"]), name="account_kind_known"),
            models.CheckConstraint(condition=Q(mode__in=["test", "live"]), name="account_mode_known"),
            models.CheckConstraint(
                condition=Q(clock_ahead=timedelta()) | Q(mode="test", clock_ahead__gte=timedelta()),
                name="account_clock_moves_in_test_mode_only",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.id} ({self.mode})"

    def time_of(self, at: datetime) -> datetime:
        """The moment `at` as this account sees it."""
        return at + self.clock_ahead


class Agent(models.Model):
    """A buyer's program. Whoever claims it becomes its owner and answers for it."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True)
    name = models.CharField(max_length=80)
    contact = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, related_name="agents")
    claimed_at = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)  # while a payment for it is contested: its keys may only read
    # SHA-256 of the secret in the claim link. It stays after the claim, so that the owner's old link still leads home.
    claim_hash = models.BinaryField(max_length=32, unique=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(owner__isnull=True, claimed_at__isnull=True)
                | Q(owner__isnull=False, claimed_at__isnull=False),
                name="agent_owner_has_claimed",
            ),
        )

    def __str__(self) -> str:
        return str(self.account_id)


class Scout(models.Model):
    """A person who captures. In test mode the same person practises, with another account."""

    account = models.OneToOneField(Account, models.PROTECT, primary_key=True)
    user = models.ForeignKey(User, models.PROTECT, related_name="scouts")
    mode = models.CharField(max_length=4, choices=Mode)

    class Meta:
        constraints = (models.UniqueConstraint("user", "mode", name="scout_one_per_user_and_mode"),)

    def __str__(self) -> str:
        return str(self.account_id)


class Operator(models.Model):
    """One of our staff: screens, rules on disputes, watches the money."""

    user = models.OneToOneField(User, models.PROTECT, primary_key=True)
    since = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return str(self.user_id)
