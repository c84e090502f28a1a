"""A worker is killed with the work in its hands: the next one finishes it, and nothing is there twice."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from psycopg.conninfo import make_conninfo

from bounties import capturing, verifying
from bounties.models import Award, Claim, Submission
from market.config import config
from tests.integration.bounties.story import Story, check_always
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification import queries
from verification.models import Delivered, Gathered, Picture, Sighting, Verdict
from verification.searching import hashes

pytestmark = pytest.mark.engine

ROOT = Path(__file__).resolve().parents[3]
PHOTO = encoded(scene(17), quality=92)

# A process that verifies one submission, and is gone when it comes to the named function.
VERIFY_AND_DIE = """
import os, signal, sys
from importlib import import_module
from uuid import UUID
import django
django.setup()
from bounties import verifying
from market.clock import now

submission_id, place, name, when = sys.argv[1:]
module = import_module(place)
real = getattr(module, name)

def dying(*args, **kwargs):
    if when == "after":
        real(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

setattr(module, name, dying)
verifying.verify_submission(submission_id=UUID(submission_id), at=now())
"""


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


def die(submission: Submission, *where: str) -> None:
    database = make_conninfo(**{**config.database, "dbname": str(connection.settings_dict["NAME"])})
    done = subprocess.run(
        [sys.executable, "-c", VERIFY_AND_DIE, str(submission.id), *where],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "market.settings"},
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr


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
    story: Story, submission: Submission, where: tuple[str, str, str]
) -> None:
    die(submission, *where)
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
