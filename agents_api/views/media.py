"""What was captured for results, by signed links: redacted copies and their previews, never what was handed in."""

import mimetypes
import re
from http import HTTPStatus
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from rest_framework.request import Request

from agents_api import media_links
from agents_api.answers import Plain
from agents_api.describing import Operation, Said, Tag
from agents_api.door import Endpoint
from agents_api.media_links import Link, MediaLinkExpired, NoSuchMedia, Size
from agents_api.wire import JsonRenderer
from bounties.models import Submission
from bounties.shapes import By, Integer, OneOf
from bounties.states import SubmissionState
from market import clock
from verification import intake, queries
from verification.intake import JPEG
from verification.store import NotKept

_RANGE = re.compile(r"bytes=([0-9]{0,12})-([0-9]{0,12})", re.ASCII)
# What may be seen of a result in review, and of one that is yours. Nothing of any other.
_SEEN_IN = {
    Size.PREVIEW: (SubmissionState.IN_REVIEW, SubmissionState.ACCEPTED),
    Size.FULL: (SubmissionState.ACCEPTED,),
}


class AnyRenderer(JsonRenderer):
    """Whoever asks for a picture asks for no JSON, and is refused in JSON all the same."""

    media_type = "*/*"


_FROM = "From the link."
_BYTES = Plain(says={"type": "string", "contentMediaType": JPEG}, sample="(JPEG)")
# What a browser may show by itself. Everything else is saved, whatever it says of itself.
_SHOWN = (JPEG,)


def _word(sample: str) -> By[str]:
    says = {"type": "string", "maxLength": 100}
    return By(
        text=_FROM, reads=lambda value, _: str(value), says=lambda _: dict(says), refuses=frozenset(), sample=sample
    )


class Picture(Endpoint):
    """Without a key: the link is what lets in."""

    authentication_classes = ()
    renderer_classes = (AnyRenderer,)

    @Operation(
        name="get_media",
        tag=Tag.RESULTS,
        title="Fetch a picture",
        text="The links stand in a result and are valid for 15 minutes: take them as they are, without a key. In review"
        " there are previews only. A rejection withdraws them, and so does the end of the key that was shown them.",
        scope=None,
        query={
            "number": Integer(text=_FROM, least=0, most=999, sample=1),
            "size": OneOf(text=_FROM, among=Size, sample="preview"),
            "until": Integer(text=_FROM, least=0, most=2**32, sample=1795248000),
            "key": _word("key_…"),
            "signature": _word("…"),
        },
        answers={
            200: Said("The picture, or whatever was captured.", _BYTES, media_type=JPEG, or_of=intake.media_types),
            206: Said(
                "A part of it, where one Range was asked for.", _BYTES, media_type=JPEG, or_of=intake.media_types
            ),
        },
        refusals=(NoSuchMedia, MediaLinkExpired, NotKept),
    )
    def get(self, request: Request, result_id: UUID) -> HttpResponse:
        link = media_links.read(result_id, self.query, at=clock.now())
        data, media_type = _asked(link)
        part, status, headers = part_of(data, request.headers.get("Range", ""))
        return HttpResponse(part, status=status, content_type=media_type, headers=headers | _safe(link, media_type))


def _asked(link: Link) -> tuple[bytes, str]:
    lasting = Q(bounty__buyer__keys__expires_at__isnull=True) | Q(bounty__buyer__keys__expires_at__gt=clock.now())
    seen = Submission.objects.filter(
        lasting,
        pk=link.result_id,
        state__in=_SEEN_IN[link.size],
        bounty__buyer__keys=link.key_id,
        bounty__buyer__keys__revoked_at=None,
    )
    capture_id = seen.values_list("capture_id", flat=True).first()
    copies = queries.copies_of(capture_id) if capture_id else ()
    for copy in copies:
        if copy.number == link.number and link.size is Size.FULL:
            return queries.delivered_bytes(copy.media_sha256), copy.media_type
        if copy.number == link.number and copy.preview_sha256:
            return queries.delivered_bytes(copy.preview_sha256), JPEG
    raise NoSuchMedia("There is nothing at this address.")


def _safe(link: Link, media_type: str) -> dict[str, str]:
    """A stranger's picture, opened by itself in a browser, is a picture and nothing else."""
    how = "inline" if media_type in _SHOWN else "attachment"
    ending = mimetypes.guess_extension(media_type) or ".bin"
    return {
        "Content-Disposition": f'{how}; filename="{link.number}-{link.size}{ending}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
        "Accept-Ranges": "bytes",
    }


def part_of(data: bytes, asked: str) -> tuple[bytes, HTTPStatus, dict[str, str]]:
    """One range of it. A wish for several, or for one that is not there, is answered with the whole."""
    found = _RANGE.fullmatch(asked)
    if found is None or found[1] == found[2] == "":
        return data, HTTPStatus.OK, {}
    if found[1]:
        first, last = int(found[1]), min(int(found[2] or len(data)), len(data) - 1)
    else:
        first, last = max(0, len(data) - int(found[2])), len(data) - 1
    if first > last:
        return data, HTTPStatus.OK, {}
    headers = {"Content-Range": f"bytes {first}-{last}/{len(data)}"}
    return data[first : last + 1], HTTPStatus.PARTIAL_CONTENT, headers
