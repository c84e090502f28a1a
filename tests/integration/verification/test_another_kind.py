"""A kind of artifact that nobody in here has heard of, added from outside: from the phone to the verdict."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bounties import verifying
from bounties.models import Claim, Submission
from tests.integration.bounties.story import Story
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import encoded, scene
from verification import checks, intake, kinds
from verification import evidence as evidences
from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.intake import Intake
from verification.models import Gathered, Verdict
from verification.photos.formats import RefusedPicture
from verification.requirements import Requirements

PHOTO = encoded(scene(3), quality=92)
MARK = b'{"celsius"'


@dataclass(frozen=True, slots=True)
class ReadingFacts:
    celsius: float


class NoReading(RefusedPicture):
    """The file is no reading of a thermometer."""

    code = "no_reading"


def looked_at(data: bytes) -> None:
    if len(data) > 100:
        raise NoReading("This is too long for a reading.")


def measured(data: bytes) -> ReadingFacts:
    try:
        return ReadingFacts(float(json.loads(data)["celsius"]))
    except ValueError as error:
        raise NoReading("This is no number.") from error


def plausible_reading(given: Evidence, wanted: Requirements) -> CheckResult:
    lowest = min(each.facts.celsius for each in given.artifacts_of("reading"))
    sentence = "Colder than anywhere on Earth." if lowest < -90 else "A temperature as there are."
    outcome = Outcome.FAIL if lowest < -90 else Outcome.PASS
    return CheckResult("plausible_reading", outcome, Severity.DECISIVE, "celsius", sentence, sentence)


@pytest.fixture(autouse=True)
def reading_kind() -> Iterator[None]:
    kinds.register(kinds.ArtifactKind("reading", ReadingFacts))
    intake.register("reading", Intake(begins=lambda data: data.startswith(MARK), inspect=looked_at, measure=measured))
    checks.register("plausible_reading", checks.Registered(plausible_reading, kind="reading", required=True))
    yield
    checks.forget("plausible_reading")
    intake.forget("reading")
    kinds.forget("reading")


@pytest.mark.parametrize(
    ("reading", "kind", "decision"),
    [
        (b'{"celsius": 21.5}', "reading", "review"),  # what the picture shows is open without a model
        (b'{"celsius": -300}', "reading", "reject"),
        (b'{"celsius": "?"}', "unreadable", "reject"),
    ],
)
def test_a_kind_from_outside_comes_in_is_measured_checked_and_decided(
    story: Story, phone: Callable[[Claim], Phone], reading: bytes, kind: str, decision: str
) -> None:
    answer = phone(story.claim(story.post())).capture(PHOTO, reading)
    submission = Submission.objects.get(pk=answer.json()["submission"])

    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))

    gathered = evidences.from_json(Gathered.objects.get(pk=submission.capture_id).evidence)
    assert [(each.kind, each.sha256) for each in gathered.artifacts] == [
        ("photo", sha256(PHOTO)),
        (kind, sha256(reading)),
    ]
    verdict = Verdict.objects.get(pk=submission.capture_id)
    assert verdict.decision == decision
    assert ("plausible_reading" in verdict.verdict) is (kind == "reading")


def test_what_its_intake_does_not_take_is_refused_at_the_upload(story: Story, phone: Callable[[Claim], Phone]) -> None:
    ours = phone(story.claim(story.post()))
    answer = ours.put(story.buyer.id, MARK + b" " * 100)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_reading")


def test_no_intake_is_replaced_unseen() -> None:
    again = Intake(begins=lambda data: True, inspect=looked_at, measure=measured)
    for kind in ("reading", "photo"):
        with pytest.raises(ValueError, match="already"):
            intake.register(kind, again)
