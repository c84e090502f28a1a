"""Named reads of what verification keeps. Nothing here locks or changes anything; who may see it is asked above."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from verification import decide, keys, reading, receipt, signing, store
from verification import evidence as evidences
from verification import requirements as wishes
from verification.decide import Verdict
from verification.evidence import Fix
from verification.geo import distance_m
from verification.kinds import UNREADABLE
from verification.models import Delivered, Gathered, SigningKey
from verification.models import Verdict as Kept
from verification.receipt import KeyStatus, PublishedKey


@dataclass(frozen=True, slots=True)
class Copy:
    """A delivered artifact as a buyer may know it."""

    number: int
    kind: str
    media_type: str
    media_sha256: str
    preview_sha256: str  # empty: nothing to show before it is accepted
    width: int | None
    height: int | None
    redactions: tuple[tuple[str, int], ...]  # by detector, how many regions


@dataclass(frozen=True, slots=True)
class Found:
    """What a buyer may know of a capture: one place and moment of it, and no track."""

    verdict: Verdict | None
    captured_at: datetime | None
    fix: Fix | None  # the sharpest one at the shutter
    distance_m: float | None  # from the point that was asked for
    deliverable: int  # so many artifacts, of which there are copies or will be
    copies: tuple[Copy, ...]
    receipt: str | None


def found(capture_ids: Collection[UUID]) -> dict[UUID, Found]:
    """Of many captures at the price of one question; those that no check has looked at are left out."""
    copy = JSONObject(**{name: name for name in (*_COPIED, "redactions")})
    copies = Delivered.objects.filter(capture_id=OuterRef("pk")).order_by("number").values(copy=copy)
    rows = Gathered.objects.filter(pk__in=capture_ids).select_related("verdict", "receipt")
    return {row.pk: _found(row, row.copies) for row in rows.annotate(copies=ArraySubquery(copies))}


_COPIED = ("number", "kind", "media_type", "media_sha256", "preview_sha256", "width", "height")


def _found(row: Gathered, copies: list[dict[str, Any]]) -> Found:
    evidence, asked = evidences.from_json(row.evidence), wishes.from_json(row.requirements)
    fix = reading.fix_at_shutter(evidence.session, asked.policy.thresholds)
    verdict, issued = getattr(row, "verdict", None), getattr(row, "receipt", None)
    return Found(
        verdict=decide.from_json(verdict.verdict) if verdict else None,
        captured_at=reading.best_moment(evidence.session),
        fix=fix,
        distance_m=None if fix is None else distance_m(fix.place, asked.place),
        deliverable=len([each for each in evidence.artifacts if each.kind != UNREADABLE]),
        copies=tuple(
            Copy(**{name: each[name] for name in _COPIED}, redactions=_redactions(each["redactions"]))
            for each in copies
        ),
        receipt=issued.receipt if issued else None,
    )


def _redactions(kept: list[dict[str, Any]]) -> tuple[tuple[str, int], ...]:
    return tuple((each["detector"], each["regions"]) for each in kept)


def verdict_of(capture_id: UUID) -> Verdict | None:
    """With every check, its numbers and sentences. A check's `scout` and `private` parts are not for buyers."""
    text = Kept.objects.filter(pk=capture_id).values_list("verdict", flat=True).first()
    return decide.from_json(text) if text is not None else None


def copies_of(capture_id: UUID) -> tuple[Copy, ...]:
    return tuple(
        Copy(
            **{name: getattr(each, name) for name in _COPIED},
            redactions=_redactions(each.redactions),
        )
        for each in Delivered.objects.filter(capture_id=capture_id).order_by("number")
    )


def delivered_bytes(sha256: str) -> bytes:
    """A redacted copy, or a preview."""
    return store.read(store.DELIVERED, sha256)


def original_bytes(sha256: str) -> bytes:
    """As it was handed in, for whoever handed it in. `NotKept` when its time is over."""
    return store.read(store.ORIGINALS, sha256)


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
