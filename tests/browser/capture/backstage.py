"""Behind the stage of a browser test, in the house's own database: bounties, claims, and a look at what came.

A process of its own, for the test's process has another database; one for all tests, for Django takes long to load. It
reads a JSON line (`do`, and its arguments) and answers one.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).resolve().parents[3]


def main() -> None:
    import django

    django.setup()
    for line in sys.stdin:
        words = json.loads(line)
        answer = DO[words.pop("do")](**words)
        print(json.dumps(answer, default=str), flush=True)


def claimed(*, lat: float = 52.52, lng: float = 13.405, opens_in_minutes: int = 0, **wishes: Any) -> dict[str, Any]:
    """A scout who is signed in, and has claimed a bounty."""
    from bounties import drafts, operations
    from bounties.places import Place
    from market import clock
    from market.accounts.models import Mode
    from market.accounts.operations import become_scout, create_agent
    from market.ids import encode, new_id
    from market.ledger import rules
    from market.ledger.operations import post
    from market.ledger.postings import Book
    from market.money import MICROS_PER_DOLLAR
    from tests.people import make_user

    at = clock.now()
    buyer = create_agent(name="Bakery watcher", at=at).agent.account
    money = rules.faucet(book=Book("test"), agent_id=buyer.id, grant_id=new_id(), amount_micros=100 * MICROS_PER_DOLLAR)
    post([money], at=at)
    body = {
        "title": "Is the bakery open?",
        "questions": [{"id": "q1", "text": "Is the bakery on the corner open right now?", "type": "yes_no"}],
        "criteria": ["The shop front is visible"],
        "place": {"lat": lat, "lng": lng, "radius_m": 60},
        "window": {
            "opens_at": (at + timedelta(minutes=opens_in_minutes)).isoformat(),
            "closes_at": (at + timedelta(hours=6)).isoformat(),
        },
        "reward": "2.50",
        **wishes,
    }
    bounty = operations.post(buyer=buyer, draft=drafts.read(body, at=at), at=at)
    user = make_user(f"scout-{bounty.id}@example.org")
    scout = become_scout(user=user, mode=Mode.TEST, at=at)
    claim = operations.claim(scout=scout.account, bounty_id=bounty.id, location=Place(lat, lng), at=at)
    return {"claim": encode("clm", claim.id), "claim_id": claim.id, "bounty_id": bounty.id, "cookie": _sign_in(user)}


def _sign_in(user: Any) -> dict[str, str]:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return {"name": settings.SESSION_COOKIE_NAME, "value": str(session.session_key)}


def sign_out(*, claim_id: str) -> None:
    """Everywhere: the login is gone, whatever the browser believes."""
    from django.contrib.sessions.models import Session

    from bounties.models import Claim

    user = Claim.objects.get(pk=claim_id).scout.scout.user
    for session in Session.objects.all():
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            session.delete()


def shift(*, claim_id: str, hours: float) -> None:
    """Move a claim into the past, with its pass."""
    from bounties.models import Claim
    from verification.models import Grant

    by = timedelta(hours=hours)
    claim = Claim.objects.get(pk=claim_id)
    for name in ("claimed_at", "seen_at", "expires_at", "upload_by"):
        setattr(claim, name, getattr(claim, name) - by)
    claim.save()
    for grant in Grant.objects.filter(claim_key=claim_id):
        grant.closes_at, grant.upload_by = grant.closes_at - by, grant.upload_by - by
        grant.save()


def fill_slot(*, bounty_id: str, claim_id: str) -> None:
    """This claim runs out, and somebody else answers the bounty meanwhile and is accepted."""
    from bounties import operations
    from bounties.models import Bounty, Claim
    from bounties.places import Place
    from bounties.sweeps import sweep_everything
    from bounties.verdicts import Outcome, Verdict
    from market import clock
    from market.accounts.models import Mode
    from market.accounts.operations import become_scout
    from market.ids import new_id
    from tests.people import make_user

    claim = Claim.objects.get(pk=claim_id)
    claim.expires_at = clock.now() - timedelta(seconds=1)
    claim.claimed_at = claim.expires_at - timedelta(hours=1)
    claim.save()
    sweep_everything(at=clock.now())
    bounty, at = Bounty.objects.get(pk=bounty_id), clock.now()
    place = Place.of_e7(bounty.latitude_e7, bounty.longitude_e7)
    other = become_scout(user=make_user(f"other-{new_id()}@example.org"), mode=Mode.TEST, at=at).account
    theirs = operations.claim(scout=other, bounty_id=bounty.id, location=place, at=at)
    answers = [{"question_id": "q1", "value": "yes"}]
    hand_in = operations.HandIn(capture_id=new_id(), captured_at=at, answers=answers)
    submission = operations.submit(scout=other, claim_id=theirs.id, hand_in=hand_in, at=at)
    operations.record_verdict(submission_id=submission.id, verdict=Verdict(Outcome.ACCEPT), at=at)


def captures(*, claim_id: str) -> list[dict[str, Any]]:
    """What has come in for a claim, as submissions with their captures."""
    from bounties.models import Submission
    from verification.models import Capture, Session

    found = []
    for each in Submission.objects.filter(claim_id=UUID(claim_id)).order_by("id"):
        capture = Capture.objects.get(pk=each.capture_id)
        session = Session.objects.get(pk=capture.session_id)
        found.append(
            {
                "state": each.state,
                "set_aside": each.set_aside_because,
                "blocked": each.blocked,
                "answers": {answer["question_id"]: answer["scout_value"] for answer in each.answers},
                "reasons": each.verdict and [reason["code"] for reason in each.verdict.get("reasons", [])],
                "sha256": [medium.original_id for medium in capture.media.order_by("number")],
                "signature": capture.signature_result,
                "offline": session.offline,
                "nonce": session.nonce_state,
                "code": session.code,
                "from_file": capture.from_file,
            }
        )
    return found


def hand_in_elsewhere(*, claim_id: str) -> None:
    """The scout's other phone was faster."""
    from bounties import operations
    from bounties.models import Claim
    from market import clock
    from market.ids import new_id

    claim, at = Claim.objects.get(pk=claim_id), clock.now()
    hand_in = operations.HandIn(capture_id=new_id(), captured_at=at, answers=[{"question_id": "q1", "value": "yes"}])
    operations.submit(scout=claim.scout, claim_id=claim.id, hand_in=hand_in, at=at)


DO: dict[str, Callable[..., Any]] = {
    each.__name__: each for each in (claimed, sign_out, shift, fill_slot, captures, hand_in_elsewhere)
}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "market.settings")
    main()
