"""The keys that receipts were ever signed with: their public halves, for good."""

from django.db import models
from django.db.models import F, Q


class SigningKey(models.Model):
    """A key that is retired signs nothing any more; one that is revoked vouches for nothing it has signed."""

    kid = models.CharField(max_length=16, primary_key=True)
    public_key = models.CharField(max_length=64, unique=True)
    first_used_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(kid__regex=r"^[0-9a-f]{16}$"), name="signing_key_has_a_name"),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(retired_at__gte=F("first_used_at")),
                name="signing_key_retires_after_its_first_use",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True) | Q(retired_at__isnull=False),
                name="signing_key_revoked_is_retired",
            ),
        )

    def __str__(self) -> str:
        return self.kid
