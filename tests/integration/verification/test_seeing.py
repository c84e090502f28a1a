"""What the models say, on the whole way to a verdict: nothing they do or fail to do accepts or rejects by itself."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from bounties import verifying
from bounties.models import Claim, Submission
from tests.fakes import vision as fake
from tests.fakes.vision import Said, Vision
from tests.integration.bounties.story import Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import CORPUS, encoded, needs_corpus, scene
from verification import looking
from verification.models import Gathered, ModelReading, Verdict
from verification.vision import Endpoint

PHOTO = encoded(scene(8), quality=92)


@pytest.fixture
def eyes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Vision]:
    with fake.vision() as told:
        models = [Endpoint(told.base_url, name, "k", seconds=5.0) for name in ("sharp-eye", "keen-eye")]
        monkeypatch.setattr(looking, "endpoints", lambda wanted: models[:wanted])
        yield told


@dataclass
class Judged:
    submission: Submission
    verdict: Verdict


@pytest.fixture
def judged(story: Story, phone: Callable[[Claim], Phone]) -> Callable[..., Judged]:
    def judge(picture: bytes = PHOTO, **changes: Any) -> Judged:
        asked = {"questions": [{"id": "q1", "text": "Open?", "type": "yes_no"}], **changes}
        claimed = phone(story.claim(story.post(**asked)))
        answer = claimed.capture(picture, answers=[{"question_id": "q1", "value": "yes"}])
        assert answer.status_code == 201, answer.content
        submission = Submission.objects.get(pk=answer.json()["submission"])
        verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
        submission.refresh_from_db()
        return Judged(submission, Verdict.objects.get(pk=submission.capture_id))

    return judge


def test_a_model_that_sees_it_all_leaves_nothing_open(eyes: Vision, judged: Callable[..., Judged]) -> None:
    eyes.will(fake.confirming)
    done = judged()
    assert (done.submission.state, done.verdict.rule) == ("accepted", "all_passed")
    assert ModelReading.objects.get(capture_id=done.submission.capture_id).model == "sharp-eye"


@pytest.mark.parametrize(
    "says",
    [
        fake.abstaining,
        fake.refusing,
        fake.saying("no JSON"),
        fake.failing(500),
        fake.failing(429),
        fake.cut_off,
        fake.denying,
        fake.obeying_the_picture,
        fake.obeying(),
    ],
)
def test_nothing_that_a_model_does_accepts_or_rejects_by_itself(
    eyes: Vision, judged: Callable[..., Judged], says: Said
) -> None:
    eyes.will(says)
    done = judged()
    assert (done.submission.state, done.verdict.decision) == ("in_review", "review")


@pytest.mark.parametrize("says", [fake.obeying_the_picture, fake.obeying()], ids=["aloud", "in silence"])
def test_a_picture_that_gives_orders_goes_to_our_staff(eyes: Vision, judged: Callable[..., Judged], says: Said) -> None:
    eyes.will(says)
    done = judged()
    assert done.submission.reviewer == "operator"
    assert done.submission.verdict is not None
    assert [each["code"] for each in done.submission.verdict["for_scout"]] == ["instruction_text"]


@needs_corpus
def test_a_page_made_to_steer_models_changes_no_verdict_although_the_model_obeys_it(
    eyes: Vision, judged: Callable[..., Judged]
) -> None:
    # The picture is a real attack; what it says is read aloud, and the model that was steered says yes to everything.
    page = next((CORPUS / "FigStep").glob("*ForbidQI_2_2_6.png")).read_bytes()
    eyes.will(fake.obeying("Methods to", "1.", "2.", "3."))
    done = judged(picture=page)
    assert (done.submission.state, done.submission.reviewer) == ("in_review", "operator")
    assert "instruction_text" in done.verdict.verdict


def test_where_much_is_at_stake_two_models_must_agree(eyes: Vision, judged: Callable[..., Judged]) -> None:
    eyes.will(fake.confirming)
    assert judged(reward="30.00").verdict.rule == "all_passed"
    assert {each["model"] for each in eyes.asked} == {"sharp-eye", "keen-eye"}


def test_a_disagreement_of_two_models_is_for_a_person(eyes: Vision, judged: Callable[..., Judged]) -> None:
    eyes.will(fake.confirming, model="sharp-eye")
    eyes.will(fake.denying, model="keen-eye")
    done = judged(reward="30.00")
    assert (done.submission.state, done.verdict.rule) == ("in_review", "strong_doubt")


def test_a_code_is_read_by_a_model_and_compared_here(
    eyes: Vision, story: Story, phone: Callable[[Claim], Phone]
) -> None:
    bounty = story.post(proof={"challenge": "code"}, questions=[{"id": "q1", "text": "Open?", "type": "yes_no"}])
    scouts_phone = phone(story.claim(bounty))
    code = scouts_phone.capture_pass.nonces[0].code
    assert len(code) == 5
    eyes.will(fake.reading("BAKERY", f"today {code.lower()}"))
    answer = scouts_phone.capture(PHOTO, answers=[{"question_id": "q1", "value": "yes"}])
    submission = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    assert Verdict.objects.get(pk=submission.capture_id).rule == "all_passed"


def test_work_done_again_asks_and_pays_once(
    eyes: Vision, story: Story, phone: Callable[[Claim], Phone], monkeypatch: pytest.MonkeyPatch
) -> None:
    eyes.will(fake.confirming)
    answer = phone(story.claim(story.post())).capture(PHOTO)
    submission = Submission.objects.get(pk=answer.json()["submission"])

    def die(*args: Any, **kwargs: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as dying:
        dying.setattr("verification.operations.gathering._store", die)
        with pytest.raises(MemoryError):
            verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    assert not Gathered.objects.exists()
    for _ in range(3):
        verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    assert len(eyes.asked) == 1
    assert Verdict.objects.get().decision == "accept"


def test_without_a_model_the_buyer_looks(judged: Callable[..., Judged]) -> None:
    done = judged()
    assert (done.submission.state, done.submission.reviewer) == ("in_review", "buyer")
    assert done.submission.verdict is not None
    assert [each["code"] for each in done.submission.verdict["for_buyer"]] == ["content"]
