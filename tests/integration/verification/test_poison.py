"""A capture that breaks the checks every time ends with a person, and what broke them is kept."""

from collections.abc import Callable

import pytest
from django.db import connection

from bounties.models import Claim, Submission
from market.clock import now
from market.work import running
from market.work.models import Work
from tests.integration.bounties.story import Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification.models import Verdict

PHOTO = encoded(scene(14), quality=92)


def work_on(work: Work) -> None:
    """As a worker would when the work is due."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE work_work SET due_at = now() - interval '1 second' WHERE id = %s", [work.pk])
    running.run(work_id=work.pk, at=now())


@pytest.fixture
def submission(story: Story, phone: Callable[[Claim], Phone]) -> Submission:
    answer = phone(story.claim(story.post())).capture(PHOTO)
    return Submission.objects.get(pk=answer.json()["submission"])


def test_poison_ends_with_our_staff_and_its_error_is_kept(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*args: object, **kwargs: object) -> None:
        raise ArithmeticError("this capture breaks the checks")

    monkeypatch.setattr("verification.operations.gathering._measured", burst)
    work = Work.objects.get(subject=str(submission.id))
    for _ in range(5):
        work_on(work)
    work.refresh_from_db()
    submission.refresh_from_db()
    assert work.given_up_at is not None
    assert "this capture breaks the checks" in work.last_error
    assert (submission.state, submission.reviewer) == ("in_review", "operator")


def test_a_worker_that_dies_between_verdict_and_money_is_finished_by_the_next(
    submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(**kwargs: object) -> None:
        raise MemoryError

    work = Work.objects.get(subject=str(submission.id))
    with monkeypatch.context() as dying:
        dying.setattr("bounties.verifying.record_verdict", die)
        work_on(work)
    submission.refresh_from_db()
    first = Verdict.objects.get().judged_at
    assert submission.state == "verifying"
    work_on(work)
    submission.refresh_from_db()
    assert (submission.state, Verdict.objects.get().judged_at) == ("in_review", first)
