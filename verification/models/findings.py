"""What was gathered and decided, with everything that went in, and what came of it. None of it is ever changed."""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import Q

from verification.decide import Decision
from verification.kinds import PHOTO
from verification.models.capture import SHA256, Capture


class Gathered(models.Model):
    """A capture's evidence and the requirements it is held to, both as canonical JSON."""

    capture = models.OneToOneField(Capture, models.PROTECT, primary_key=True, related_name="gathered")
    group_key = models.CharField(max_length=64)
    evidence = models.TextField()
    requirements = models.TextField()
    sha256 = models.CharField(max_length=64)  # of the evidence
    gathered_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="gathered_hash_is_sha256"),)
        indexes = (models.Index(fields=["group_key"], name="gathered_of_group"),)

    def __str__(self) -> str:
        return str(self.pk)


class Verdict(models.Model):
    """What was decided from it. Another verdict on the same evidence is a replay, and is not stored."""

    gathered = models.OneToOneField(Gathered, models.PROTECT, primary_key=True, related_name="verdict")
    verdict = models.TextField()
    decision = models.CharField(max_length=6, choices=[(each, each) for each in Decision])
    rule = models.CharField(max_length=20)
    rules_version = models.CharField(max_length=20)
    code_version = models.CharField(max_length=80)
    judged_at = models.DateTimeField()

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(decision__in=list(Decision)), name="verdict_decision_known"),)

    def __str__(self) -> str:
        return f"{self.decision} by {self.rule}"


class ModelReading(models.Model):
    """What one vision model said of one capture. Kept, so that work done again does not ask, and pay, again."""

    id = models.BigAutoField(primary_key=True)
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="readings")
    model = models.CharField(max_length=120)
    prompt = models.CharField(max_length=20)
    reading = models.JSONField()
    tokens_in = models.PositiveIntegerField()
    tokens_out = models.PositiveIntegerField()
    read_at = models.DateTimeField()

    if TYPE_CHECKING:
        capture_id: UUID

    class Meta:
        constraints = (models.UniqueConstraint("capture", "model", "prompt", name="reading_once_per_model"),)

    def __str__(self) -> str:
        return f"{self.model} on {self.capture_id}"


class Delivered(models.Model):
    """A redacted copy and, where its kind has one, its preview; both kept under their hashes."""

    id = models.BigAutoField(primary_key=True)
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="delivered")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20, default=PHOTO, db_default=PHOTO)
    media_type = models.CharField(max_length=80, default="image/jpeg", db_default="image/jpeg")
    media_sha256 = models.CharField(max_length=64)
    preview_sha256 = models.CharField(max_length=64, blank=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    redactions = models.JSONField()  # by detector, how many regions
    made_at = models.DateTimeField()

    if TYPE_CHECKING:
        capture_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("capture", "number", name="delivered_number_unique"),
            models.CheckConstraint(
                condition=Q(media_sha256__regex=SHA256) & (Q(preview_sha256="") | Q(preview_sha256__regex=SHA256)),
                name="delivered_hash_is_sha256",
            ),
        )

    def __str__(self) -> str:
        return f"{self.capture_id} #{self.number}"


class Receipt(models.Model):
    """The signed observation receipt of an accepted result."""

    gathered = models.OneToOneField(Gathered, models.PROTECT, primary_key=True, related_name="receipt")
    receipt = models.TextField()
    key_id = models.CharField(max_length=16)
    issued_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)
