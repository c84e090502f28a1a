"""What leaves: redacted copies with previews, and the signed receipt. Both made once; the original never leaves."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from market.config import config
from verification import canonical, decide, intake, receipt, store
from verification import evidence as evidences
from verification import requirements as wishes
from verification.intake import Outgoing
from verification.kinds import UNREADABLE
from verification.models import Delivered, Gathered, Receipt
from verification.operations.signing_keys import key_in_use


def deliver(*, capture_id: UUID, at: datetime) -> tuple[Delivered, ...]:
    """A copy of each readable artifact, in the order captured. Made before, it is not made again."""
    gathered = Gathered.objects.get(pk=capture_id)
    evidence = evidences.from_json(gathered.evidence)
    kinds = {each.sha256: each.kind for each in evidence.artifacts if each.kind != UNREADABLE}
    done = {each.number: each for each in Delivered.objects.filter(capture_id=capture_id)}
    for medium in gathered.capture.media.order_by("number"):
        kind = kinds.get(medium.original_id)
        if kind is not None and medium.number not in done:
            made = intake.deliver(kind, store.read(store.ORIGINALS, medium.original_id))
            done[medium.number] = _keep(capture_id, medium.number, kind, made, at)
    return tuple(done[number] for number in sorted(done))


def _keep(capture_id: UUID, number: int, kind: str, made: Outgoing, at: datetime) -> Delivered:
    row, _ = Delivered.objects.get_or_create(
        capture_id=capture_id,
        number=number,
        defaults={
            "kind": kind,
            "media_type": intake.media_type(kind),
            "media_sha256": store.keep(store.DELIVERED, made.media),
            "preview_sha256": store.keep(store.DELIVERED, made.preview) if made.preview else "",
            "width": made.width,
            "height": made.height,
            "redactions": canonical.to_plain(made.redactions),
            "made_at": at,
        },
    )
    return row


def issue_receipt(*, capture_id: UUID, result: str, licence: str, at: datetime) -> bytes:
    """The receipt of an accepted result, signed once: asked for again, it is the same one, byte by byte."""
    known = Receipt.objects.filter(pk=capture_id).first()
    if known is None:
        gathered = Gathered.objects.select_related("verdict").get(pk=capture_id)
        delivered = deliver(capture_id=capture_id, at=at)
        written = receipt.write(
            issuer=config.public_url,
            submission=result,
            at=at,
            evidence=evidences.from_json(gathered.evidence),
            requirements=wishes.from_json(gathered.requirements),
            verdict=decide.from_json(gathered.verdict.verdict),
            delivered=tuple(each.media_sha256 for each in delivered),
            licence=licence,
        )
        with transaction.atomic():
            key = key_in_use(at=at)
            known, _ = Receipt.objects.get_or_create(
                gathered_id=capture_id,
                defaults={
                    "receipt": receipt.sign(written, key=key).decode(),
                    "key_id": receipt.key_id(key.public_key()),
                    "issued_at": at,
                },
            )
    return known.receipt.encode()
