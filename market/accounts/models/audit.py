"""Who decided what about whom: append-only, held by a trigger. Ids and reasons; never a name, a secret, an address."""

from django.db import models
from django.db.models import Q

from market.ids import new_id


class Audit(models.Model):
    class Action(models.TextChoices):
        AGENT_CREATED = "agent_created"
        AGENT_CLAIMED = "agent_claimed"
        KEY_ISSUED = "key_issued"
        KEY_ROTATED = "key_rotated"
        KEY_LIMITED = "key_limited"
        KEY_REVOKED = "key_revoked"
        OPERATOR_APPOINTED = "operator_appointed"
        OPERATOR_DISMISSED = "operator_dismissed"
        PASSKEYS_FORGOTTEN = "passkeys_forgotten"
        PERSON_FORGOTTEN = "person_forgotten"
        PAYOUTS_RESUMED = "payouts_resumed"
        SUSPENSE_EXPLAINED = "suspense_explained"
        CHAIN_PAYMENT_LOOKED_UP = "chain_payment_looked_up"

    class By(models.TextChoices):
        USER = "user"  # a person who is signed in
        KEY = "key"  # an agent's program
        ADDRESS = "address"  # somebody we know nothing of, over the wire
        CONSOLE = "console"  # somebody with a shell on the machine

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    at = models.DateTimeField()
    action = models.CharField(max_length=40)
    by = models.CharField(max_length=10, choices=By)
    # Not foreign keys: this outlives what it tells of.
    by_id = models.UUIDField(null=True)
    subject_id = models.UUIDField()
    reason = models.CharField(max_length=300, blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(by__in=["user", "key", "address", "console"]), name="audit_by_known"),
            models.CheckConstraint(
                condition=Q(by__in=["user", "key"], by_id__isnull=False)
                | Q(by__in=["address", "console"], by_id__isnull=True),
                name="audit_names_who_it_can",
            ),
        )
        indexes = (models.Index("subject_id", "at", name="audit_of_subject"), models.Index("at", name="audit_by_time"))

    def __str__(self) -> str:
        return f"{self.action} {self.subject_id}"
