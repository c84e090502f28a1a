"""A worker is killed with the work in its hands: the next one finishes it, and nothing is there twice."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from bounties import capturing, verifying
from bounties.models import Award, Claim, Submission
from tests.dying import Dying, Place, a_process_that_dies
from tests.integration.bounties.story import Story, check_always
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification import queries
from verification.models import Delivered, Gathered, Picture, Sighting, Verdict
from verification.searching import hashes

pytestmark = pytest.mark.engine

PHOTO = encoded(scene(17), quality=92)


@pytest.fixture(scope="module")
def dying(django_db_setup: None) -> Iterator[Dying]:
    with a_process_that_dies("bounties.verifying") as started:
        yield started


@pytest.fixture
def story(transactional_db: None) -> Iterator[Story]:
    hashes.forget()
    told = Story(at=datetime.now(UTC))
    yield told
    check_always(told)


@pytest.fixture
def submission(story: Story, phone: Callable[[Claim], Phone]) -> Submission:
    bounty = story.post()
    bounty.questions, bounty.criteria = [], []
    bounty.save(update_fields=["questions", "criteria"])
    answer = phone(story.claim(bounty)).capture(PHOTO, answers=[])
    return Submission.objects.get(pk=answer.json()["submission"])


@pytest.mark.parametrize(
    "where",
    [
        ("verification.operations.gathering", "_remember", "before"),
        ("verification.operations.gathering", "_remember", "after"),
        ("verification.operations.gathering", "_store", "before"),
        ("verification.operations", "keep_verdict", "after"),
        ("verification.operations.delivering", "_keep", "before"),
        ("bounties.verifying", "record_verdict", "before"),
        ("bounties.verifying", "record_verdict", "after"),
    ],
    ids=" ".join,
)
def test_what_a_killed_worker_left_is_finished_by_the_next_and_nothing_is_there_twice(
    story: Story, submission: Submission, dying: Dying, where: Place
) -> None:
    dying.do("bounties.verifying.verify_submission", where, submission_id=str(submission.id))
    for _ in range(2):
        verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))

    submission.refresh_from_db()
    assert submission.state == "accepted"
    kept = (Gathered, Verdict, Delivered, Picture, Award)
    assert [each.objects.count() for each in kept] == [1] * len(kept)
    assert Sighting.objects.count() == 3
    assert story.told(story.buyer).count("result.accepted") == 1
    (copy,) = queries.copies_of(submission.capture_id)
    assert queries.delivered_bytes(copy.media_sha256).startswith(b"\xff\xd8")
    assert capturing.receipt_of(submission, at=datetime.now(UTC))
