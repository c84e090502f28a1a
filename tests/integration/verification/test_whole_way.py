"""From a phone to a verdict that moves money: upload, hand in, gather, decide, record."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from bounties import capturing, verifying
from bounties.models import Claim, Submission
from tests.integration.bounties.story import Story
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import decoded, encoded, scene
from verification import evidence, receipt, store
from verification.models import Delivered, Gathered, Verdict

PHOTO = encoded(scene(3), quality=92)


def test_a_picture_from_the_place_in_a_consistent_session_is_accepted(
    story: Story, phone: Callable[[Claim], Phone]
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
