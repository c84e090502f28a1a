"""A session handed in: what was signed, byte by byte, and the files it names. The same one again changes nothing."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db import transaction

from market.errors import DomainError, Kind
from verification.capture import signature
from verification.capture.signature import InvalidCapture
from verification.models import Capture, Grant, Medium, Original, Session, Upload
from verification.operations.sessions import NoSuchSession

MOST_MEDIA = 10


class MissingUpload(DomainError):
    """A file that was signed for has not arrived whole."""

    code = "missing_upload"
    kind: ClassVar[Kind] = Kind.CONFLICT
    fix = "Send every piece of this file first, then hand in."


@dataclass(frozen=True, slots=True)
class HandedIn:
    """What the phone sends: the canonical JSON that it signed, the signature, and which uploads belong to it."""

    signed: str
    media: tuple[UUID, ...]
    signature: str = ""
    public_key: str = ""  # the session's, where none is sent
    device_at: datetime | None = None
    from_file: bool = False


@transaction.atomic
def hand_in(*, grant: Grant, session_id: UUID, handed_in: HandedIn, at: datetime) -> Capture:
    session = Session.objects.select_for_update(no_key=True).filter(pk=session_id, grant=grant).first()
    if session is None:
        raise NoSuchSession("There is no such session.")
    known = Capture.objects.filter(pk=session_id).first()
    if known is not None:
        return known
    said = signature.from_signed(handed_in.signed)
    if signature.to_signed(said) != handed_in.signed.encode():
        raise InvalidCapture("This is not the canonical form of what it says.", param="signed")
    if said.session != str(session.id) or said.nonce != session.nonce_said:
        raise InvalidCapture("What was signed names another session.", param="signed")
    if not 0 < len(handed_in.media) <= MOST_MEDIA or len(set(handed_in.media)) < len(handed_in.media):
        raise InvalidCapture(f"From 1 to {MOST_MEDIA} different uploads are handed in.", param="media")
    uploads = [_whole(grant, client_uuid) for client_uuid in handed_in.media]
    result = signature.verify(
        public_key=handed_in.public_key or session.public_key,
        signature=handed_in.signature,
        signed=handed_in.signed.encode(),
        session_key=session.public_key,
    )
    capture = Capture.objects.create(
        session=session,
        signed=handed_in.signed,
        signature=handed_in.signature,
        signature_result=result,
        after_close=at > grant.upload_by,
        from_file=handed_in.from_file,
        device_sent_at=handed_in.device_at,
        received_at=at,
    )
    kinds = dict(Original.objects.filter(pk__in=[each.sha256 for each in uploads]).values_list("pk", "kind"))
    Medium.objects.bulk_create(
        Medium(capture=capture, number=number, kind=kinds[upload.sha256], original_id=upload.sha256)
        for number, upload in enumerate(uploads, start=1)
    )
    return capture


def _whole(grant: Grant, client_uuid: UUID) -> Upload:
    upload = Upload.objects.filter(grant=grant, client_uuid=client_uuid, whole_at__isnull=False).first()
    if upload is None:
        raise MissingUpload("A file that is to be handed in is not here, or not whole.", param=str(client_uuid))
    return upload
