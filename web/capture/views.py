"""The capture protocol: open a session, send files in pieces, hand in. What it means is the operations'."""

import ipaddress
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from bounties import capturing, reading
from bounties.capturing import ScoutsWord
from bounties.models import Submission
from bounties.operations.locking import NoSuchClaim
from bounties.reading import InvalidField
from market.client_address import client_address
from market.clock import now
from market.ids import encode
from verification.models import Grant
from verification.operations import HandedIn, Opening, Progress, put_piece, upload_progress
from verification.operations.handing_in import MOST_MEDIA
from web.capture.reading import LARGEST_JSON, header, json_object, piece, text
from web.capture.refusals import for_a_claim


@require_POST
@for_a_claim
def open_session(request: HttpRequest, grant: Grant, claim_id: UUID) -> HttpResponseBase:
    if grant.claim_key != str(claim_id):
        raise NoSuchClaim("There is no such claim.")
    given = json_object(
        request, known=("nonce", "public_key", "offline", "session", "device_at"), needed=("nonce", "device_at")
    )
    at = now()
    opening = Opening(
        nonce=text(given["nonce"], param="/nonce", most=200),
        public_key=text(given.get("public_key") or "", param="/public_key", most=200),
        offline=reading.truth(given.get("offline", False), param="/offline"),
        session_id=None if given.get("session") is None else _uuid(given["session"], param="/session"),
        device_at=reading.moment(given["device_at"], param="/device_at"),
        network=_network(request),
    )
    session = capturing.open_session(grant=grant, opening=opening, at=at)
    return JsonResponse(
        {
            "session": str(session.id),
            "nonce": session.nonce_said,
            "challenge": {"kind": grant.challenge, "code": session.code or None},
            "offline": session.offline,
            "opened_at": _written(session.opened_at),
            "server_at": _written(at),
        },
        status=201,
    )


@require_http_methods(["PUT", "HEAD"])
@for_a_claim
def upload(request: HttpRequest, grant: Grant, client_uuid: UUID) -> HttpResponseBase:
    if request.method == "HEAD":
        return _progress(upload_progress(grant=grant, client_uuid=client_uuid))
    start, size_bytes = header(request, "Upload-Offset"), header(request, "Upload-Length")
    return _progress(
        put_piece(
            grant=grant, client_uuid=client_uuid, start=start, size_bytes=size_bytes, data=piece(request), at=now()
        )
    )


@require_POST
@for_a_claim
def submit(request: HttpRequest, grant: Grant, session_id: UUID) -> HttpResponseBase:
    given = json_object(
        request,
        known=("signed", "signature", "public_key", "media", "answers", "blocked", "from_file", "device_at"),
        needed=("signed", "media", "device_at"),
    )
    blocked = given.get("blocked") or ""
    if blocked not in Submission.Blocked.values:
        raise InvalidField("This must be not_there, no_access or absent.", param="/blocked")
    submission = capturing.hand_in(
        grant=grant,
        session_id=session_id,
        handed_in=HandedIn(
            signed=text(given["signed"], param="/signed", most=LARGEST_JSON),
            signature=text(given.get("signature") or "", param="/signature", most=200),
            public_key=text(given.get("public_key") or "", param="/public_key", most=200),
            media=reading.items(
                given["media"], lambda each, param: _uuid(each, param=param), param="/media", least=1, most=MOST_MEDIA
            ),
            device_at=reading.moment(given["device_at"], param="/device_at"),
            from_file=reading.truth(given.get("from_file", False), param="/from_file"),
        ),
        word=ScoutsWord(answers=given.get("answers") or [], blocked=Submission.Blocked(blocked)),
        at=now(),
    )
    return JsonResponse(
        {
            "submission": str(submission.id),
            "result": reverse("result", args=[encode("sub", submission.id)]),
            "status": submission.state,
            "set_aside": submission.set_aside_because or None,
        },
        status=201,
    )


def _progress(progress: Progress) -> HttpResponse:
    body = {"offset": progress.offset, "size_bytes": progress.size_bytes, "sha256": progress.sha256 or None}
    response = JsonResponse(body)
    response["Upload-Offset"] = str(progress.offset)
    return response


def _uuid(value: object, *, param: str) -> UUID:
    try:
        return UUID(text(value, param=param, most=36))
    except ValueError as error:
        raise InvalidField("This must be a UUID.", param=param) from error


def _written(at: datetime | None) -> str | None:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z") if at else None


def _network(request: HttpRequest) -> str:
    """Which network it came from, as a word that says nothing to anybody but is the same for the same one.

    Wide enough for all phones behind one router or one mast: independent witnesses are on another.
    """
    try:
        address = ipaddress.ip_address(client_address(request) or "")
    except ValueError:
        return ""
    network = ipaddress.ip_network((address, 24 if address.version == 4 else 48), strict=False)
    return sha256(f"{settings.SECRET_KEY} network {network}".encode()).hexdigest()[:32]
