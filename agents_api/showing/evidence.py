"""What a result rests on, as its buyer sees it: checks, pictures, place and moment, receipt. Never who or where from.

What a rejected result showed is not shown any more, only why it was rejected.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from agents_api import media_links
from agents_api.answers import (
    LATITUDE,
    LONGITUDE,
    Listing,
    Plain,
    Record,
    moment,
    number,
    one_of,
    truth,
    url,
    words,
)
from agents_api.media_links import Size
from bounties import drafts
from bounties.models import Submission
from bounties.shapes import Nullable, Shape
from verification import queries
from verification.checks.result import CheckResult, Outcome, Severity
from verification.queries import Copy, Found

_LINK = "https://sightline.example/v1/results/sub_01k6hv0qryfgx9tbjbdy51rb9y/media?number=1&until=1795165200&seal=x"
_NUMBERS = {"type": "object", "additionalProperties": {"type": ["number", "string", "boolean", "null"]}}
CHECK = Record(
    name="Check",
    text="One question that was put to the evidence, answered by code.",
    fields={
        "check": words("Its name.", sample="geofence"),
        "outcome": one_of(list(Outcome), text="`unknown`: the evidence cannot answer it."),
        "severity": one_of(
            list(Severity), text="Of a failure: `decisive` rejects, `strong` needs a person, `weak` is a remark."
        ),
        "reason": words("A stable word within this check.", sample="inside"),
        "sentence": words("For a person.", sample="Captured 8 m from the point, within the 60 m asked for."),
        "numbers": Plain(text="What was measured.", says=_NUMBERS, sample={"distance_m": 8.1, "accuracy_m": 6.0}),
        "threshold": Plain(text="What it was held against.", says=_NUMBERS, sample={"radius_m": 60.0}),
    },
)
MEDIUM = Record(
    name="Medium",
    text="What was captured, as you may have it. A picture is upright and without metadata, and what was found to be a"
    " face or a plate is blurred.",
    fields={
        "number": number("In the order captured.", least=1),
        "kind": drafts.MEDIA,
        "media_type": words("Of what `url` leads to.", sample="image/jpeg"),
        "width": Nullable(text="Pixels; null where it is no picture.", of=number(sample=1200)),
        "height": Nullable(text="Pixels.", of=number(sample=900)),
        "preview_url": Nullable(
            text="A picture of at most 512 px; needs no key. Null: this kind has none.", of=url(sample=_LINK)
        ),
        "url": Nullable(
            text="The thing itself, once the result is accepted.",
            of=url(sample=_LINK),
        ),
        "links_end_at": moment("Then fetch the result again: each answer has fresh links."),
        "redactions": Listing(
            text="What each detector found and blurred. They miss some.",
            of=Record(
                fields={
                    "detector": words("What looked.", sample="face_frontal"),
                    "regions": number("How many it blurred.", sample=2),
                }
            ),
        ),
    },
)
CAPTURE = Record(
    text="When and where the shutter went, as far as it is known.",
    fields={
        "at": Nullable(of=moment("On our clock.")),
        "place": Nullable(
            text="As the device said; null: it said nothing at that moment.",
            of=Record(
                fields={
                    "lat": LATITUDE,
                    "lng": LONGITUDE,
                    "accuracy_m": number("How far off it may be.", sample=6.0),
                    "distance_m": number("From the point you asked for.", sample=8.1),
                }
            ),
        ),
    },
)
FIELDS: Mapping[str, Shape] = {
    "checks": Listing(text="Everything that was looked at.", of=CHECK),
    "media": Listing(text="What was captured; none of a rejected result.", of=MEDIUM),
    "capture": Nullable(text="Null: no check has looked.", of=CAPTURE),
    "receipt": Nullable(
        text="What was found and decided, signed by us (Ed25519 over RFC 8785 JSON); of accepted results.",
        of=Plain(says={"type": "object", "additionalProperties": True}, sample={"receipt": {}, "signature": {}}),
    ),
    "licence": Record(
        text="What the scout agreed to.",
        fields={
            "name": words("With its version.", sample="observation-1"),
            "resale": truth("It may be sold on, for a royalty."),
        },
    ),
}


@dataclass(frozen=True)
class View:
    """Who looks, when, and what verification knows."""

    found: Mapping[UUID, Found]
    key_id: UUID
    at: datetime


def view(submissions: Collection[Submission], *, key_id: UUID, at: datetime) -> View:
    return View(queries.found([each.capture_id for each in submissions]), key_id, at)


def shown(submission: Submission, view: View, *, status: str) -> dict[str, Any]:
    found = view.found.get(submission.capture_id)
    accepted, rejected = status == "accepted", status == "rejected"
    copies = () if found is None or rejected else found.copies
    return {
        "checks": [_check(each) for each in _checks(found, only_reasons=rejected)],
        "media": [_medium(submission, each, view, accepted=accepted) for each in copies],
        "capture": None if found is None or rejected else _capture(found),
        "receipt": json.loads(found.receipt) if found and found.receipt and accepted else None,
        "licence": {"name": submission.licence, "resale": submission.resale},
    }


def _checks(found: Found | None, *, only_reasons: bool) -> tuple[CheckResult, ...]:
    if found is None or found.verdict is None:
        return ()
    return found.verdict.because() if only_reasons else found.verdict.checks


def _check(result: CheckResult) -> dict[str, Any]:
    return {
        "check": result.check,
        "outcome": result.outcome.value,
        "severity": result.severity.value,
        "reason": result.reason,
        "sentence": result.buyer,
        "numbers": dict(result.numbers),
        "threshold": dict(result.threshold),
    }


def _medium(submission: Submission, copy: Copy, view: View, *, accepted: bool) -> dict[str, Any]:
    preview, full = (
        media_links.fresh(result_id=submission.id, number=copy.number, size=size, key_id=view.key_id, at=view.at)
        for size in (Size.PREVIEW, Size.FULL)
    )
    return {
        "number": copy.number,
        "kind": copy.kind,
        "media_type": copy.media_type,
        "width": copy.width,
        "height": copy.height,
        "preview_url": preview.url() if copy.preview_sha256 else None,
        "url": full.url() if accepted else None,
        "links_end_at": preview.until,
        "redactions": [{"detector": detector, "regions": regions} for detector, regions in copy.redactions],
    }


def _capture(found: Found) -> dict[str, Any]:
    place = None
    if found.fix is not None and found.distance_m is not None:
        place = {
            # To about a metre: no receiver knows better.
            "lat": round(found.fix.place.latitude_e7 / 1e7, 5),
            "lng": round(found.fix.place.longitude_e7 / 1e7, 5),
            "accuracy_m": found.fix.accuracy_m,
            "distance_m": round(found.distance_m, 1),
        }
    return {"at": found.captured_at, "place": place}
