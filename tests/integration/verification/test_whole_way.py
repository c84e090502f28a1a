"""From a phone to a verdict that moves money: upload, hand in, gather, decide, record."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image
from PIL.ExifTags import IFD

from bounties import capturing, verifying
from bounties.models import Claim, Submission
from tests.integration.bounties.story import Story
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import decoded, encoded, scene
from verification import evidence, receipt, store
from verification.models import Delivered, Gathered, Verdict

PHOTO = encoded(scene(3), quality=92)


def test_a_picture_from_the_place_in_a_consistent_session_is_accepted_with_nobodys_help(
    story: Story, phone: Callable[[Claim], Phone], asked_for: list[object]
) -> None:
    bounty = story.post()
    bounty.questions, bounty.criteria = [], []
    bounty.save(update_fields=["questions", "criteria"])
    answer = phone(story.claim(bounty)).capture(PHOTO, answers=[])
    assert answer.status_code == 201, answer.content
    submission = Submission.objects.get(pk=answer.json()["submission"])
    assert submission.state == "verifying"

    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))

    submission.refresh_from_db()
    stored = Verdict.objects.get(pk=submission.capture_id)
    assert (submission.state, stored.decision, stored.rule) == ("accepted", "accept", "all_passed"), stored.verdict
    gathered = evidence.from_json(Gathered.objects.get(pk=submission.capture_id).evidence)
    assert [each.sha256 for each in gathered.artifacts] == [sha256(PHOTO)]
    assert gathered.session.signature == "valid"
    assert story.earned()[0] == 2_500_000

    delivered = Delivered.objects.get(capture_id=submission.capture_id)
    assert decoded(store.read(store.DELIVERED, delivered.media_sha256)).size == (1200, 900)
    signed = capturing.receipt_of(submission, at=datetime.now(UTC))
    read = receipt.verify(signed)
    assert (read.decision, read.delivered) == ("accept", (delivered.media_sha256,))
    assert str(story.scout.id) not in json.dumps(json.loads(signed))
    assert asked_for == []


@pytest.mark.parametrize(("made_at", "because"), [(None, "made_in_session"), (timedelta(hours=-5), "exif_time")])
def test_nobodys_silence_pays_for_a_picture_that_may_be_older_than_its_session(
    story: Story, phone: Callable[[Claim], Phone], made_at: timedelta | None, because: str
) -> None:
    picture = PHOTO if made_at is None else dated(datetime.now(UTC) + made_at)
    answer = phone(story.claim(story.post())).capture(picture, from_file=made_at is None)
    submission = Submission.objects.get(pk=answer.json()["submission"])

    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))

    submission.refresh_from_db()
    assert submission.verdict is not None
    assert (submission.state, submission.reviewer) == ("in_review", "buyer")
    assert [each["code"] for each in submission.verdict["for_buyer"]] == [because]
    assert submission.silence == "rejects"


def dated(at: datetime) -> bytes:
    exif = Image.Exif()
    exif.get_ifd(IFD.Exif).update({0x9003: f"{at:%Y:%m:%d %H:%M:%S}", 0x9011: "+00:00"})
    return encoded(scene(3), quality=92, exif=exif)
