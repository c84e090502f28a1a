"""How a capture comes in: what a claim may hand in, sessions with their nonces, uploads, and the capture itself.

Bounty, scout and claim are known as opaque keys. Sessions, captures and their media are never changed once they are
written: the database refuses it.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from django.db import models
from django.db.models import F, Q

from market.accounts.models import Mode
from market.ids import new_id
from verification.evidence import ChallengeKind, NonceState, SignatureResult
from verification.kinds import PHOTO
from verification.photos.formats import LARGEST_BYTES

SHA256 = r"^[0-9a-f]{64}$"


class Grant(models.Model):
    """What one claim may hand in, and until when. Its upload token is made from its id, so none is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim_key = models.CharField(max_length=64, unique=True)
    group_key = models.CharField(max_length=64)
    subject_key = models.CharField(max_length=64)
    mode = models.CharField(max_length=4, choices=Mode)
    challenge = models.CharField(max_length=11, choices=[(each, each) for each in ChallengeKind])
    issued_at = models.DateTimeField()
    closes_at = models.DateTimeField()  # until then a session can be opened
    upload_by = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(upload_by__gte=F("closes_at")), name="grant_ends_in_order"),
            models.CheckConstraint(condition=Q(challenge__in=list(ChallengeKind)), name="grant_challenge_known"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Nonce(models.Model):
    """Opens one session, once. Issued at the claim, so that a phone without contact has some."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="nonces")
    value = models.CharField(max_length=43, unique=True)
    code = models.CharField(max_length=8, blank=True)  # to be shown in the picture, where a code is the challenge
    issued_at = models.DateTimeField()

    if TYPE_CHECKING:
        grant_id: UUID

    def __str__(self) -> str:
        return str(self.id)


class Session(models.Model):
    """A capture session. `opened_at` is our clock, and missing where there was no contact."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="sessions")
    nonce = models.OneToOneField(Nonce, models.PROTECT, null=True, related_name="session")
    nonce_said = models.CharField(max_length=200)
    nonce_state = models.CharField(max_length=7, choices=[(each, each) for each in NonceState])
    code = models.CharField(max_length=8, blank=True)
    public_key = models.CharField(max_length=200, blank=True)
    network = models.CharField(max_length=32, blank=True)  # keyed hash of the network it came from
    offline = models.BooleanField()
    opened_at = models.DateTimeField(null=True)
    device_opened_at = models.DateTimeField(null=True)
    noted_at = models.DateTimeField()

    if TYPE_CHECKING:
        grant_id: UUID
        nonce_id: UUID | None

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(offline=True, opened_at__isnull=True) | Q(offline=False, opened_at__isnull=False),
                name="session_opened_in_contact",
            ),
            models.CheckConstraint(
                condition=Q(offline=True) | Q(nonce__isnull=False, nonce_state=NonceState.FRESH),
                name="session_in_contact_has_a_fresh_nonce",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Upload(models.Model):
    """One file on its way in. The phone names it by a UUID of its own, so that a repeated piece is the same piece."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    grant = models.ForeignKey(Grant, models.PROTECT, related_name="uploads")
    client_uuid = models.UUIDField()
    size_bytes = models.PositiveIntegerField()
    began_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, blank=True)
    whole_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        grant_id: UUID

    class Meta:
        constraints = (
            models.UniqueConstraint("grant", "client_uuid", name="upload_once_per_grant"),
            models.CheckConstraint(condition=Q(size_bytes__range=(1, LARGEST_BYTES)), name="upload_size_in_bounds"),
            models.CheckConstraint(
                condition=Q(sha256="", whole_at__isnull=True) | Q(sha256__regex=SHA256, whole_at__isnull=False),
                name="upload_whole_has_a_hash",
            ),
        )
        indexes = (models.Index("began_at", condition=Q(whole_at__isnull=True), name="upload_unfinished_by_age"),)

    def __str__(self) -> str:
        return str(self.id)


class Piece(models.Model):
    """A part of an upload that is on disk."""

    id = models.BigAutoField(primary_key=True)
    upload = models.ForeignKey(Upload, models.CASCADE, related_name="pieces")
    start = models.PositiveIntegerField()
    size_bytes = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = (
            models.UniqueConstraint("upload", "start", name="piece_once_per_start"),
            models.CheckConstraint(condition=Q(size_bytes__gt=0), name="piece_is_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="piece_hash_is_sha256"),
        )

    def __str__(self) -> str:
        return f"{self.upload_id} {self.start}"


class Original(models.Model):
    """Bytes as they were handed in, kept once under their hash until they expire."""

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=20, default=PHOTO, db_default=PHOTO)  # what the bytes are
    size_bytes = models.PositiveIntegerField()
    stored_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="original_hash_is_sha256"),)
        indexes = (models.Index("expires_at", condition=Q(removed_at__isnull=True), name="original_kept_by_end"),)

    def __str__(self) -> str:
        return self.sha256


class Capture(models.Model):
    """A session handed in: what was signed, byte by byte, and what the signature is worth."""

    session = models.OneToOneField(Session, models.PROTECT, primary_key=True)
    signed = models.TextField()
    signature = models.CharField(max_length=200, blank=True)
    signature_result = models.CharField(max_length=9, choices=[(each, each) for each in SignatureResult])
    after_close = models.BooleanField()
    # By the phone's own word: not taken by the page's camera but chosen from files, where it had no camera.
    from_file = models.BooleanField(default=False, db_default=False)
    device_sent_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Medium(models.Model):
    """One file of a capture, in the order captured."""

    id = models.BigAutoField(primary_key=True)
    capture = models.ForeignKey(Capture, models.PROTECT, related_name="media")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=20)
    original = models.ForeignKey(Original, models.PROTECT, related_name="media")

    if TYPE_CHECKING:
        capture_id: UUID
        original_id: str

    class Meta:
        constraints = (models.UniqueConstraint("capture", "number", name="medium_number_unique"),)

    def __str__(self) -> str:
        return f"{self.capture_id} #{self.number}"
