"""Files come in pieces, repeatable and resumable. What is acknowledged is on disk and in the database.

A piece is written to the disk first, then its row is committed, then the phone hears of it; so a process that dies in
between costs the phone one piece sent again. When the last piece is there, the whole is put together, looked at from
outside (its format and size, nothing is decoded), and kept under its hash.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.config import config
from market.errors import DomainError, Kind
from verification import intake, store
from verification.models import Grant, Original, Piece, Upload
from verification.photos.formats import LARGEST_BYTES, FileTooLarge, RefusedPicture

MOST_UPLOADS = 60  # of one claim: ten pictures, and tries
MOST_PIECES = 400
LEAST_PIECE = 16 * 1024  # but for the last one


class OffsetMismatch(DomainError):
    """The piece does not begin where the upload ends."""

    code = "offset_mismatch"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Go on from the offset that `facts.offset` names."


class UnusablePiece(DomainError):
    """The piece is too small, goes beyond the file, or the file's size is unknown."""

    code = "unusable_piece"
    fix = "Send `Upload-Length` with the file's size, and pieces of at least 16 KB that do not go beyond it."


class TooManyUploads(DomainError):
    """The claim has sent as many files as one may."""

    code = "too_many_uploads"
    kind: ClassVar[Kind] = Kind.LIMITED
    fix = "Hand in what is here already."


class UploadsOver(DomainError):
    """The time for uploads of this claim is over."""

    code = "uploads_over"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "The time for sending captures of this claim is over."


class NoSuchUpload(DomainError):
    """No such upload was begun."""

    code = "no_such_upload"
    kind: ClassVar[Kind] = Kind.NOT_FOUND
    fix = "Begin the upload at offset 0."


@dataclass(frozen=True, slots=True)
class Progress:
    offset: int  # so many bytes are safe
    size_bytes: int
    sha256: str  # of the whole, once it is there


# Captures that come late are kept too, for an appeal; but not for ever.
KEPT_AFTER = timedelta(days=7)


def put_piece(*, grant: Grant, client_uuid: UUID, start: int, size_bytes: int, data: bytes, at: datetime) -> Progress:
    """A piece sent again changes nothing. Outside a transaction until it is on disk: a slow disk holds no lock."""
    if size_bytes > LARGEST_BYTES:
        raise FileTooLarge(f"The file has {size_bytes} bytes.", facts={"size_bytes": size_bytes})
    if at > grant.upload_by + KEPT_AFTER:
        raise UploadsOver("This claim ended too long ago.")
    end = start + len(data)
    if not data or end > size_bytes or (len(data) < LEAST_PIECE and end < size_bytes):
        raise UnusablePiece("This piece is empty, too small, or goes beyond the file's end.")
    before = _before(grant, client_uuid, size_bytes=size_bytes, start=start, data=data, at=at)
    if before is not None:
        return before
    upload = Upload.objects.get(grant=grant, client_uuid=client_uuid)
    sha256 = store.keep_piece(upload.id, start, data)
    with transaction.atomic():
        upload = Upload.objects.select_for_update().get(pk=upload.pk)
        if start == _offset(upload):
            Piece.objects.create(upload=upload, start=start, size_bytes=len(data), sha256=sha256)
    return _finished(upload, at=at)


def upload_progress(*, grant: Grant, client_uuid: UUID) -> Progress:
    """Where to go on."""
    upload = Upload.objects.filter(grant=grant, client_uuid=client_uuid).first()
    if upload is None:
        raise NoSuchUpload("Nothing of this upload is here.")
    return _progress(upload)


def _before(
    grant: Grant, client_uuid: UUID, *, size_bytes: int, start: int, data: bytes, at: datetime
) -> Progress | None:
    """What refuses a piece, or shows that it is here already, before it costs a write."""
    upload = Upload.objects.filter(grant=grant, client_uuid=client_uuid).first()
    if upload is None:
        if start != 0:
            raise OffsetMismatch("Nothing of this upload is here.", facts={"offset": 0})
        if grant.uploads.count() >= MOST_UPLOADS:
            raise TooManyUploads("This claim has sent more files than a capture takes.")
        # Two first pieces at once make one upload.
        upload, _ = Upload.objects.get_or_create(
            grant=grant, client_uuid=client_uuid, defaults={"size_bytes": size_bytes, "began_at": at}
        )
    if upload.size_bytes != size_bytes:
        raise UnusablePiece("This upload was begun with another size.", facts={"size_bytes": upload.size_bytes})
    offset = _offset(upload)
    if start == offset:
        if upload.pieces.count() >= MOST_PIECES:
            raise UnusablePiece(f"A file comes in at most {MOST_PIECES} pieces.")
        return None
    known = upload.pieces.filter(start=start, size_bytes=len(data)).first()
    if known is None or known.sha256 != hashlib.sha256(data).hexdigest():
        raise OffsetMismatch("This is not the piece that is wanted next.", facts={"offset": offset})
    return _finished(upload, at=at)


def _finished(upload: Upload, *, at: datetime) -> Progress:
    """Put the whole together when it is all here. Whoever comes second finds it done."""
    if upload.whole_at is None and _offset(upload) == upload.size_bytes:
        with transaction.atomic():
            upload = Upload.objects.select_for_update().get(pk=upload.pk)
            data = _whole(upload) if upload.whole_at is None else b""
            kind, refusal = _kind(data) if data else ("", None)
            if refusal is not None:
                _forget(upload)
            elif data:
                _record(upload, kind, data, at)
        if refusal is not None:
            raise refusal
    return _progress(upload)


def _whole(upload: Upload) -> bytes:
    return b"".join(store.read_piece(upload.id, each.start, each.sha256) for each in upload.pieces.order_by("start"))


def _kind(data: bytes) -> tuple[str, RefusedPicture | None]:
    """What is nothing that we take goes no further, and costs no decoding."""
    try:
        return intake.kind_of(data), None
    except RefusedPicture as refusal:
        return "", refusal


def _record(upload: Upload, kind: str, data: bytes, at: datetime) -> None:
    """Kept under the lock of its row: what expires at this moment is not taken away from under us."""
    expires_at = at + timedelta(days=config.originals_days)
    original, _ = Original.objects.get_or_create(
        sha256=hashlib.sha256(data).hexdigest(),
        defaults={"kind": kind, "size_bytes": len(data), "stored_at": at, "expires_at": expires_at},
    )
    original = Original.objects.select_for_update().get(pk=original.pk)
    original.expires_at, original.removed_at = max(original.expires_at, expires_at), None
    original.save(update_fields=["expires_at", "removed_at"])
    upload.sha256, upload.whole_at = store.keep(store.ORIGINALS, data), at
    upload.save(update_fields=["sha256", "whole_at"])
    _put_away(upload)


def _forget(upload: Upload) -> None:
    _put_away(upload)
    upload.delete()


def _put_away(upload: Upload) -> None:
    """The bytes of its pieces, once nothing needs them. The rows stay: they say what was sent."""
    pieces = [(each.start, each.sha256) for each in upload.pieces.all()]
    upload_id = upload.id

    def remove() -> None:
        for start, sha256 in pieces:
            store.remove_piece(upload_id, start, sha256)

    transaction.on_commit(remove, robust=True)


def _offset(upload: Upload) -> int:
    last = upload.pieces.order_by("-start").first()
    return last.start + last.size_bytes if last is not None else 0


def _progress(upload: Upload) -> Progress:
    return Progress(_offset(upload), upload.size_bytes, upload.sha256)
