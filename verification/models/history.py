"""What later captures are compared with: pictures by hash and points, and where somebody was when."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from market.accounts.models import Mode
from verification.models.capture import SHA256, Capture


class Picture(models.Model):
    """A file of a capture as it is searched for. Positions are given out in the order of commits (see `gathering`)."""

    position = models.BigAutoField(primary_key=True)
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="pictures")
    mode = models.CharField(max_length=4, choices=Mode)
    claim_key = models.CharField(max_length=64)
    group_key = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    # The PDQ hash of its plain form, and where its points are kept; empty for what is no readable photo.
    pdq = models.CharField(max_length=64, blank=True)
    pdq_quality = models.PositiveSmallIntegerField(default=0)
    points_sha256 = models.CharField(max_length=64, blank=True)
    sketch = models.BinaryField(default=b"", db_default=b"")  # some of its points, to find what is worth comparing
    latitude_e7 = models.IntegerField(null=True)
    longitude_e7 = models.IntegerField(null=True)
    seen_at = models.DateTimeField()

    if TYPE_CHECKING:
        capture_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("capture", "sha256", name="picture_once_per_capture"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="picture_hash_is_sha256"),
            models.CheckConstraint(condition=Q(pdq="") | Q(pdq__regex=SHA256), name="picture_pdq_is_256_bits"),
        )
        indexes = (
            models.Index(fields=["sha256"], name="picture_by_hash"),
            models.Index(fields=["group_key", "-position"], name="picture_of_group"),
            models.Index(fields=["subject_key", "-position"], name="picture_of_subject"),
            models.Index(fields=["latitude_e7", "longitude_e7"], name="picture_by_place"),
        )

    def __str__(self) -> str:
        return f"{self.position} {self.sha256}"


class Sighting(models.Model):
    """One fix of a capture's track. Shown to nobody but operators."""

    id = models.BigAutoField(primary_key=True)
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="sightings")
    number = models.PositiveSmallIntegerField()
    mode = models.CharField(max_length=4, choices=Mode)
    claim_key = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=64)
    latitude_e7 = models.IntegerField()
    longitude_e7 = models.IntegerField()
    accuracy_m = models.FloatField()
    # The fix that says where the shutter was has the moment of the capture, as judged then; the others have none.
    captured_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint("capture", "number", name="sighting_number_unique"),)
        indexes = (
            models.Index(
                "subject_key", "captured_at", condition=Q(captured_at__isnull=False), name="sighting_of_subject"
            ),
            models.Index(fields=["latitude_e7", "longitude_e7"], name="sighting_by_place"),
        )

    def __str__(self) -> str:
        return f"{self.capture_id} #{self.number}"
