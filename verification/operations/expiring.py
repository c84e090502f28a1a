"""What is not kept for ever: originals after their time, and uploads that were never finished."""

from datetime import datetime, timedelta

from django.db import transaction

from verification import store
from verification.models import Original, Upload

UNFINISHED = timedelta(days=7)
AT_A_TIME = 500


def expire_originals(*, at: datetime) -> int:
    """The bytes go; their hash stays, so that they are known should they ever come again."""
    due = Original.objects.filter(expires_at__lte=at, removed_at__isnull=True).values_list("pk", flat=True)
    removed = 0
    for sha256 in list(due[:AT_A_TIME]):
        with transaction.atomic():
            rows = Original.objects.select_for_update(skip_locked=True)
            original = rows.filter(pk=sha256, expires_at__lte=at, removed_at__isnull=True).first()
            if original is None:
                continue  # handed in again at this moment, and so kept for longer
            store.remove(store.ORIGINALS, sha256)
            original.removed_at = at
            original.save(update_fields=["removed_at"])
            removed += 1
    return removed


def forget_unfinished(*, at: datetime) -> int:
    left = Upload.objects.filter(whole_at__isnull=True, began_at__lte=at - UNFINISHED)
    forgotten = 0
    for upload_id in list(left.values_list("pk", flat=True)[:AT_A_TIME]):
        with transaction.atomic():
            upload = Upload.objects.select_for_update(skip_locked=True).filter(pk=upload_id, whole_at=None).first()
            if upload is None:
                continue
            for piece in upload.pieces.all():
                store.remove_piece(upload.id, piece.start, piece.sha256)
            upload.delete()
            forgotten += 1
    return forgotten
