"""Named reads of what verification keeps. Nothing here locks or changes anything; who may see it is asked above."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from verification import decide, keys, receipt, signing, store
from verification.decide import Verdict
from verification.models import Delivered, Gathered, SigningKey
from verification.models import Verdict as Kept
from verification.receipt import KeyStatus, PublishedKey


@dataclass(frozen=True, slots=True)
class Copy:
    """A delivered picture as a buyer may know it."""

    number: int
    media_sha256: str
    preview_sha256: str
    width: int
    height: int
    redactions: tuple[tuple[str, int], ...]  # by detector, how many regions


def verdict_of(capture_id: UUID) -> Verdict | None:
    """With every check, its numbers and sentences. A check's `scout` and `private` parts are not for buyers."""
    text = Kept.objects.filter(pk=capture_id).values_list("verdict", flat=True).first()
    return decide.from_json(text) if text is not None else None


def copies_of(capture_id: UUID) -> tuple[Copy, ...]:
    return tuple(
        Copy(
            number=each.number,
            media_sha256=each.media_sha256,
            preview_sha256=each.preview_sha256,
            width=each.width,
            height=each.height,
            redactions=tuple((redaction["detector"], redaction["regions"]) for redaction in each.redactions),
        )
        for each in Delivered.objects.filter(capture_id=capture_id).order_by("number")
    )


def delivered_bytes(sha256: str) -> bytes:
    """A redacted copy or a preview, JPEG."""
    return store.read(store.DELIVERED, sha256)


def evidence_text(capture_id: UUID) -> str | None:
    """For operators: everything that was gathered, as it is stored."""
    return Gathered.objects.filter(pk=capture_id).values_list("evidence", flat=True).first()


def published_keys() -> dict[str, Any]:
    """What stands under /.well-known/sightline-receipt-keys.json: the key in use first, then all that ever signed."""
    ours = receipt.published_key(keys.receipt_key().public_key())
    known = [_published(each) for each in SigningKey.objects.order_by("-first_used_at")]
    unused = [] if any(each.public_key == ours.public_key for each in known) else [ours]
    return receipt.published([*unused, *known])


def content_credentials_authority() -> bytes:
    """The certificate (PEM) by which delivered pictures' Content Credentials are trusted, to whoever trusts us."""
    return signing.authority()


def _published(row: SigningKey) -> PublishedKey:
    status = KeyStatus.REVOKED if row.revoked_at else KeyStatus.RETIRED if row.retired_at else KeyStatus.IN_USE
    return PublishedKey(row.public_key, status, retired_at=row.retired_at, revoked_at=row.revoked_at)
