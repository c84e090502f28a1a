"""Letting a claim capture: its upload token and its nonces, so that a phone without contact has them already."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import transaction

from market.errors import DomainError, Kind
from verification.capture import tokens
from verification.evidence import ChallengeKind
from verification.models import Grant, Nonce

NONCES = 6  # a claim's tries, and some to spare for sessions that were opened and left
# Without letters and digits that handwriting or readers confuse.
_LETTERS = "234679ACDEFHJKMNPRTUVWXY"
_CODE = 5


class NotAuthorised(DomainError):
    """The upload token is missing, wrong or over."""

    code = "upload_token_invalid"
    kind: ClassVar[Kind] = Kind.UNAUTHENTICATED
    fix = "Send the upload token of this claim as `Authorization: Bearer …`."


@dataclass(frozen=True, slots=True)
class CapturePass:
    """What a scout's page takes along. Nothing in it opens anything but this one claim's capture."""

    grant: Grant
    token: str
    nonces: tuple[Nonce, ...]  # those no session was opened with


@transaction.atomic
def grant(
    *,
    claim_key: str,
    group_key: str,
    subject_key: str,
    mode: str,
    challenge: ChallengeKind,
    closes_at: datetime,
    upload_by: datetime,
    at: datetime,
) -> CapturePass:
    """Asked for again, it is the same pass; a claim that was extended has more time with it."""
    made, created = Grant.objects.select_for_update().get_or_create(
        claim_key=claim_key,
        defaults={
            "group_key": group_key,
            "subject_key": subject_key,
            "mode": mode,
            "challenge": challenge,
            "issued_at": at,
            "closes_at": closes_at,
            "upload_by": upload_by,
        },
    )
    if created:
        Nonce.objects.bulk_create(_nonce(made, at) for _ in range(NONCES))
    elif (made.closes_at, made.upload_by) != (closes_at, upload_by):
        made.closes_at, made.upload_by = closes_at, upload_by
        made.save(update_fields=["closes_at", "upload_by"])
    unused = made.nonces.filter(session__isnull=True).order_by("id")
    return CapturePass(made, tokens.make(made.id, secret=settings.SECRET_KEY), tuple(unused))


def authorise(token: str) -> Grant:
    grant_id = tokens.read(token, secret=settings.SECRET_KEY)
    found = Grant.objects.filter(pk=grant_id).first() if grant_id else None
    if found is None:
        raise NotAuthorised("This is no upload token of ours.")
    return found


def _nonce(made: Grant, at: datetime) -> Nonce:
    code = ""
    if made.challenge == ChallengeKind.CODE:
        code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE))
    return Nonce(grant=made, value=secrets.token_urlsafe(32), code=code, issued_at=at)
