"""A verdict replays from what was stored: nothing else is asked, and nothing is changed."""

import dataclasses
import io
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from bounties import verifying
from bounties.models import Claim, Submission
from market.ids import encode
from tests.integration.bounties.story import Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification import policies, store
from verification.models import Original

PHOTO = encoded(scene(12), quality=92)


@pytest.fixture
def submission(story: Story, phone: Callable[[Claim], Phone]) -> Submission:
    answer = phone(story.claim(story.post())).capture(PHOTO)
    made = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=made.id, at=datetime.now(UTC))
    return made


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command("replay_verdict", *arguments, stdout=out)
    return out.getvalue()


def test_a_verdict_replays_without_its_picture(submission: Submission) -> None:
    store.remove(store.ORIGINALS, Original.objects.get().sha256)
    assert "review/missing_proof -> review/missing_proof  the same" in told(str(submission.id))
    assert "pass    geofence" in told(encode("sub", submission.id))


def test_new_rules_show_what_they_would_have_changed(submission: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "       1  review -> review" in told("--rules=new")
    lenient = [dataclasses.replace(each, required=()) for each in policies.POLICIES]
    monkeypatch.setattr(policies, "POLICIES", lenient)
    assert "review/missing_proof -> accept/all_passed  DIFFERENT" in told("--rules=new")
    assert "the same" in told(str(submission.id))


def test_what_is_not_there_is_said(submission: Submission) -> None:
    for arguments in ((str(uuid4()),), ("sub_nobody",), ()):
        with pytest.raises(CommandError):
            told(*arguments)
