"""Sessions and handing in: what is bound to a claim, what is refused, and what is noted for the checks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bounties import verifying
from bounties.models import Claim, Submission
from tests.integration.bounties.story import Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification import evidence
from verification.evidence import CaptureSession
from verification.models import Capture, Gathered, Session, Verdict
from verification.operations.sessions import MOST_SESSIONS

PHOTO = encoded(scene(5), quality=92)
Phones = Callable[[Claim], Phone]


@pytest.fixture
def scouts_phone(story: Story, phone: Phones) -> Phone:
    return phone(story.claim(story.post()))


def judged(answer: Any) -> tuple[Submission, CaptureSession]:
    assert answer.status_code == 201, answer.content
    submission = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    submission.refresh_from_db()
    return submission, evidence.from_json(Gathered.objects.get(pk=submission.capture_id).evidence).session


def reason(submission: Submission, check: str) -> str:
    verdict = Verdict.objects.get(pk=submission.capture_id).verdict
    found: str = verdict.partition(f'"check":"{check}"')[2].partition('"reason":"')[2].partition('"')[0]
    return found


def test_opening_again_after_a_lost_answer_is_the_same_session(scouts_phone: Phone) -> None:
    first, second = scouts_phone.open(), scouts_phone.open()
    assert (first.status_code, second.json()["session"]) == (201, first.json()["session"])
    assert Session.objects.count() == 1


def test_a_nonce_opens_one_session(scouts_phone: Phone) -> None:
    scouts_phone.capture(PHOTO)
    again = scouts_phone.open()
    assert (again.status_code, again.json()["code"]) in {(409, "nonce_refused"), (409, "wrong_state")}


@pytest.mark.parametrize("whose", ["nobody's", "another claim's"])
def test_a_nonce_that_was_not_issued_for_the_claim_is_refused(
    scouts_phone: Phone, story: Story, phone: Phones, whose: str
) -> None:
    other = phone(story.claim(story.post(), story.other_scout)).capture_pass.nonces[0].value
    refused = scouts_phone.open(nonce="guessed" if whose == "nobody's" else other)
    assert (refused.status_code, refused.json()["code"]) == (409, "nonce_refused")
    assert refused.json()["facts"] == {"nonce": "unknown" if whose == "nobody's" else "foreign"}


def test_another_claims_address_is_not_found(scouts_phone: Phone, story: Story, phone: Phones) -> None:
    other = phone(story.claim(story.post(), story.other_scout))
    refused = scouts_phone.post(f"/capture/claims/{other.capture_pass.grant.claim_key}/sessions", {})
    assert refused.status_code == 404


def test_sessions_are_bounded(scouts_phone: Phone) -> None:
    answers = [scouts_phone.open(nonce=f"n{each}", offline=True) for each in range(MOST_SESSIONS + 1)]
    assert [each.status_code for each in answers] == [201] * MOST_SESSIONS + [429]


def test_opening_on_site_is_told_to_the_buyer(scouts_phone: Phone, story: Story) -> None:
    scouts_phone.open()
    assert "claim.on_site" in story.told(story.buyer)


def test_handing_in_again_is_the_same_submission(scouts_phone: Phone) -> None:
    opened = scouts_phone.open().json()
    media = [scouts_phone.send(PHOTO)]
    signed = scouts_phone.signed(opened["session"], opened["nonce"], (PHOTO,))
    answers = [scouts_phone.hand_in(opened["session"], signed, media) for _ in range(2)]
    assert answers[0].json()["submission"] == answers[1].json()["submission"]
    assert (Capture.objects.count(), Submission.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"media": [str(uuid4())]}, 409, "missing_upload"),
        ({"media": []}, 422, "invalid_field"),
        ({"signed": "{}"}, 422, "invalid_capture"),
        ({"signed": "[" * 3_000}, 422, "invalid_capture"),
        ({"blocked": "maybe"}, 422, "invalid_field"),
        ({"answers": [{"question_id": "q9", "value": "x"}]}, 422, "invalid_field"),
        ({"device_at": "yesterday"}, 422, "invalid_time"),
        ({"surprise": 1}, 422, "unknown_field"),
    ],
)
def test_what_cannot_be_handed_in_is_refused_and_leaves_nothing(
    scouts_phone: Phone, changes: dict[str, Any], status: int, code: str
) -> None:
    refused = scouts_phone.capture(PHOTO, **changes)
    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert not Capture.objects.exists()
    assert not Submission.objects.exists()


def test_what_was_signed_names_its_session(scouts_phone: Phone) -> None:
    opened = scouts_phone.open().json()
    media = [scouts_phone.send(PHOTO)]
    elsewhere = scouts_phone.signed(str(uuid4()), opened["nonce"], (PHOTO,))
    assert scouts_phone.hand_in(opened["session"], elsewhere, media).json()["code"] == "invalid_capture"


def test_bodies_that_are_no_json_are_refused(scouts_phone: Phone) -> None:
    path = f"/capture/claims/{scouts_phone.capture_pass.grant.claim_key}/sessions"
    for body in (b"{", b"\xff", b"[]", b"1"):
        answer = scouts_phone.client.post(path, body, content_type="application/json", headers=scouts_phone.headers)
        assert answer.status_code in (400, 422), answer.content
    large = scouts_phone.client.post(
        path, b"[" + b"1," * 200_000, content_type="application/json", headers=scouts_phone.headers
    )
    assert large.status_code == 413


def test_a_signature_by_another_key_rejects(scouts_phone: Phone) -> None:
    other = Phone(scouts_phone.capture_pass)
    opened = scouts_phone.open().json()
    media = [scouts_phone.send(PHOTO)]
    signed = scouts_phone.signed(opened["session"], opened["nonce"], (PHOTO,))
    answer = scouts_phone.hand_in(
        opened["session"], signed, media, signature=other.signature(signed), public_key=other.public_key
    )
    submission, _ = judged(answer)
    assert (submission.state, reason(submission, "session_integrity")) == ("rejected", "signature_wrong_key")


def test_a_file_that_was_not_signed_rejects(scouts_phone: Phone) -> None:
    opened = scouts_phone.open().json()
    other = encoded(scene(6), quality=92)
    signed = scouts_phone.signed(opened["session"], opened["nonce"], (PHOTO,))
    submission, _ = judged(scouts_phone.hand_in(opened["session"], signed, [scouts_phone.send(other)]))
    assert (submission.state, reason(submission, "session_integrity")) == ("rejected", "media_not_signed")


def test_a_clock_far_from_ours_is_a_doubt_for_our_staff(scouts_phone: Phone) -> None:
    scouts_phone.clock_ahead = timedelta(minutes=-40)
    submission, session = judged(scouts_phone.capture(PHOTO))
    assert (submission.state, submission.reviewer) == ("in_review", "operator")
    assert reason(submission, "session_integrity") == "clock_skew"
    assert len(session.clock) == 2


def test_without_contact_it_is_kept_and_reviewed(scouts_phone: Phone) -> None:
    session_id = str(uuid4())
    nonce = scouts_phone.capture_pass.nonces[0].value
    signed = scouts_phone.signed(session_id, nonce, (PHOTO,))
    opened = scouts_phone.open(session=session_id, offline=True).json()
    assert (opened["session"], opened["opened_at"]) == (session_id, None)
    submission, session = judged(scouts_phone.hand_in(session_id, signed, [scouts_phone.send(PHOTO)]))
    assert (session.offline, session.nonce, session.opened_at) == (True, "fresh", None)
    assert submission.state == "in_review"
    assert reason(submission, "session_integrity") == "offline"


def test_without_contact_a_nonce_of_another_claim_is_noted_and_rejects(
    scouts_phone: Phone, story: Story, phone: Phones
) -> None:
    stolen = phone(story.claim(story.post(), story.other_scout)).capture_pass.nonces[0].value
    session_id = str(uuid4())
    scouts_phone.open(session=session_id, offline=True, nonce=stolen)
    signed = scouts_phone.signed(session_id, stolen, (PHOTO,))
    submission, session = judged(scouts_phone.hand_in(session_id, signed, [scouts_phone.send(PHOTO)]))
    assert (submission.state, session.nonce) == ("rejected", "foreign")


def test_a_picture_that_no_decoder_can_read_is_a_reason_and_can_be_mended(scouts_phone: Phone) -> None:
    broken = PHOTO[: len(PHOTO) // 2]
    submission, _ = judged(scouts_phone.capture(broken))
    assert submission.state == "rejected"
    assert "readable" in [each["code"] for each in submission.reasons]
    submission.claim.refresh_from_db()
    assert submission.claim.state == "live"
