"""Everything that is kept about a person: what `export my data` hands out, as plain values with the pictures beside."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core.serializers.json import DjangoJSONEncoder

from bounties.models import Award, Claim, DisputeMessage, Submission
from bounties.queries import record_of
from market.accounts.models import Agent, Scout, User
from market.events.models import Event
from market.ids import encode
from market.ledger.models import LedgerAccount, Line
from market.money import format_micros
from market.payments.models import Payout
from verification import queries
from verification.models import Medium
from verification.store import NotKept
from web.notices.models import Device, Notice, Preferences, Watch

# How the files begin that phones hand in; what begins otherwise is handed out without an ending.
_ENDINGS = ((b"\xff\xd8\xff", ".jpg"), (b"\x89PNG", ".png"), (b"RIFF", ".webp"))
_IN_MEMORY = 16 * 2**20


def packed(user: User) -> IO[bytes]:
    """One file with all of it: what is known as JSON, and every picture that is still kept."""
    # Not closed here: whoever sends it does, and then it is gone.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115
    with zipfile.ZipFile(file, "w") as archive:
        text = json.dumps(everything_about(user), indent=2, ensure_ascii=False, cls=DjangoJSONEncoder)
        archive.writestr("sightline.json", text, zipfile.ZIP_DEFLATED)
        for sha256 in _pictures_of(user):
            try:
                data = queries.original_bytes(sha256)
            except NotKept:
                continue  # its time came to an end just now
            ending = next((ending for begin, ending in _ENDINGS if data.startswith(begin)), "")
            archive.writestr(f"pictures/{sha256}{ending}", data)  # compressed already, as pictures are
    file.seek(0)
    return file


def _pictures_of(user: User) -> Iterator[str]:
    captures = Submission.objects.filter(scout__scout__user=user).values("capture_id")
    kept = Medium.objects.filter(capture_id__in=captures, original__removed_at__isnull=True)
    yield from kept.order_by("original_id").values_list("original_id", flat=True).distinct()


def everything_about(user: User) -> dict[str, Any]:
    return {
        "person": {"id": str(user.id), "email": user.email, "since": user.created_at},
        "addresses": list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary")),
        "passkeys": [
            {"name": each.wrap().name, "made_at": each.created_at, "used_at": each.last_used_at}
            for each in Authenticator.objects.filter(user=user)
        ],
        "agents": list(Agent.objects.filter(owner=user).values("name", "contact", "claimed_at")),
        "notifications": _notifications(user),
        "scout": [_scout(each) for each in Scout.objects.select_related("account").filter(user=user)],
    }


def _notifications(user: User) -> dict[str, Any]:
    chosen = Preferences.objects.filter(user=user)
    return {
        "chosen": chosen.values("language", "zone", "quiet_from", "quiet_until", "off").first(),
        "places": [
            {
                "name": each.name,
                "lat": each.latitude_e7 / 1e7,
                "lng": each.longitude_e7 / 1e7,
                "within_m": each.within_m,
            }
            for each in Watch.objects.filter(user=user).order_by("id")
        ],
        "browsers": list(Device.objects.filter(user=user).order_by("id").values("endpoint", "made_at")),
        "told": list(
            Notice.objects.filter(user=user).order_by("id").values("type", "channel", "data", "made_at", "sent_at")
        ),
    }


def _scout(scout: Scout) -> dict[str, Any]:
    account = scout.account_id
    record = record_of(account)
    return {
        "account": encode("act", account),
        "mode": scout.mode,
        "reputation": {"now": record.reputation, "accepted": record.accepted, "rejected": record.rejected}
        | {"lapsed": record.lapsed},
        "claims": [_claim(each) for each in Claim.objects.filter(scout=account).order_by("id")],
        "answers": [_submission(each) for each in Submission.objects.filter(scout=account).order_by("id")],
        "said_in_disputes": list(
            DisputeMessage.objects.filter(author="scout", dispute__submission__scout=account).values(
                "text", "written_at"
            )
        ),
        "awards": [
            {"submission": encode("sub", each.submission_id), "state": each.state, "awarded_at": each.awarded_at}
            | {"amount": format_micros(each.amount_micros), "settles_at": each.settles_at}
            for each in Award.objects.filter(scout=account).order_by("id")
        ],
        "payouts": [
            {"state": each.state, "amount": format_micros(each.amount_micros), "requested_at": each.requested_at}
            | {"ended_at": each.ended_at}
            for each in Payout.objects.filter(scout=account).order_by("id")
        ],
        "ledger": [
            {"kind": line.entry.kind, "at": line.entry.at, "amount": format_micros(line.amount_micros)}
            for line in Line.objects.select_related("entry")
            .filter(account__in=LedgerAccount.objects.filter(owner_id=account))
            .order_by("entry_id")
        ],
        "events": list(Event.objects.filter(account=account).order_by("position").values("type", "at", "data")),
    }


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "claim": encode("clm", claim.id),
        "bounty": encode("bnt", claim.bounty_id),
        "state": claim.state,
        "claimed_at": claim.claimed_at,
        "from": {"lat": claim.latitude_e7 / 1e7, "lng": claim.longitude_e7 / 1e7},
        "licence": claim.licence,
        "resale": claim.resale,
    }


def _submission(submission: Submission) -> dict[str, Any]:
    media = Medium.objects.filter(capture_id=submission.capture_id).order_by("number")
    return {
        "submission": encode("sub", submission.id),
        "bounty": encode("bnt", submission.bounty_id),
        "state": submission.state,
        "answers": submission.answers,
        "blocked": submission.blocked or None,
        "captured_at": submission.captured_at,
        "decided_by": submission.decided_by or None,
        "reasons": submission.reasons,
        "pictures_sha256": [each.original_id for each in media],
    }
