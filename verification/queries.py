"""Named reads of what verification keeps. Nothing here locks or changes anything; who may see it is asked above."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from verification import decide, keys, store
from verification.decide import Verdict
from verification.models import Delivered, Gathered
from verification.models import Verdict as Kept


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
    """What stands under /.well-known/sightline-receipt-keys.json."""
    return keys.published()
