"""What leaves the house is signed by it, blurred and bare, and the same each time it is asked for."""

import json
from collections.abc import Callable
from datetime import UTC, datetime

from bounties import capturing, verifying
from bounties.models import Claim, Submission
from tests.integration.bounties.story import Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification import queries, receipt, signing
from verification.photos.credentials import credentials

PHOTO = encoded(scene(15), quality=92)


def test_copies_and_receipts_are_signed_and_made_once(story: Story, phone: Callable[[Claim], Phone]) -> None:
    answer = phone(story.claim(story.post())).capture(PHOTO)
    submission = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))

    (copy,) = queries.copies_of(submission.capture_id)
    assert [name for name, _ in copy.redactions] == ["face_frontal", "face_profile", "plate"]
    media = queries.delivered_bytes(copy.media_sha256)
    to_anybody, to_friends = (credentials(media, "jpeg", trust_anchors=each) for each in ("", _authority()))
    assert to_anybody is not None
    assert to_friends is not None
    assert (to_anybody.state, to_friends.state) == ("valid", "trusted")
    assert credentials(queries.delivered_bytes(copy.preview_sha256), "jpeg") is None

    first, second = (capturing.receipt_of(submission, at=datetime.now(UTC)) for _ in range(2))
    assert first == second
    published = receipt.read_published(json.dumps(queries.published_keys()))
    assert receipt.verify(first, keys=published).delivered == (copy.media_sha256,)


def _authority() -> str:
    return signing.authority().decode()
