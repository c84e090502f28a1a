"""A kind of artifact that nobody in here has heard of, added from outside: from the asking to the delivery."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.test import Client

from agents_api import openapi
from bounties import verifying
from bounties.models import Bounty, Claim, Submission
from market.accounts.audit import CONSOLE
from market.accounts.operations.keys import issue_key
from tests import answers
from tests.integration.agents_api.test_first_steps import post
from tests.integration.agents_api.test_media import accept, follow, read
from tests.integration.bounties.story import Story, body
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import encoded, scene
from verification import canonical, checks, intake, kinds, queries, receipt
from verification import evidence as evidences
from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.intake import Intake, Outgoing
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


def delivered(data: bytes) -> Outgoing:
    """Written anew: what else the file said stays behind."""
    return Outgoing(json.dumps({"celsius": measured(data).celsius}).encode())


def plausible_reading(given: Evidence, wanted: Requirements) -> CheckResult:
    lowest = min(each.facts.celsius for each in given.artifacts_of("reading"))
    sentence = "Colder than anywhere on Earth." if lowest < -90 else "A temperature as there are."
    outcome = Outcome.FAIL if lowest < -90 else Outcome.PASS
    return CheckResult("plausible_reading", outcome, Severity.DECISIVE, "celsius", sentence, sentence)


READING = Intake(
    "application/json",
    begins=lambda data: data.startswith(MARK),
    inspect=looked_at,
    measure=measured,
    deliver=delivered,
)


@pytest.fixture(autouse=True)
def reading_kind() -> Iterator[None]:
    kinds.register(kinds.ArtifactKind("reading", ReadingFacts, "Temperature"))
    intake.register("reading", READING)
    checks.register("plausible_reading", checks.Registered(plausible_reading, kind="reading", required=True))
    _write_documents_again()
    yield
    checks.forget("plausible_reading")
    intake.forget("reading")
    kinds.forget("reading")
    _write_documents_again()


def _write_documents_again() -> None:
    """They are written once in a process, and a kind comes with its start: only here it comes later."""
    for written in (openapi.document, answers.document, answers.validator):
        written.cache_clear()


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


def test_it_is_asked_for_by_a_bounty_and_delivered_to_its_buyer(
    client: Client, story: Story, phone: Callable[[Claim], Phone]
) -> None:
    key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=datetime.now(UTC)).text
    wish = body(story.at, criteria=[], proof={"media": "reading", "count": 2})
    posted = post(client, key, wish)
    assert (posted.status_code, posted.json()["proof"]["media"]) == (201, "reading"), posted.content
    bounty = Bounty.objects.get(buyer=story.buyer)

    readings = (b'{"celsius": 21.5, "device": "mine"}', b'{"celsius": 22.5}')
    answer = phone(story.claim(bounty)).capture(*readings)
    submission = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))

    # Its buyer looks, because no model can. There is no picture of a reading: it comes with the acceptance.
    in_review = read(client, key, submission)
    accept(story, submission)
    assert [(each["kind"], each["preview_url"], each["url"]) for each in in_review["media"]] == [
        ("reading", None, None),
        ("reading", None, None),
    ]
    result = read(client, key, submission)
    first, second = (follow(client, each["url"]) for each in result["media"])
    assert (first.json(), second.json()) == ({"celsius": 21.5}, {"celsius": 22.5})
    assert first.headers["Content-Disposition"] == 'attachment; filename="1-full.json"'
    signed = receipt.verify(canonical.dumps(result["receipt"]), keys=_published())
    assert signed.delivered == (sha256(first.content), sha256(second.content))


def test_a_photo_is_no_reading(story: Story, phone: Callable[[Claim], Phone]) -> None:
    answer = phone(story.claim(story.post(criteria=[], proof={"media": "reading"}))).capture(PHOTO)
    submission = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    kept = Verdict.objects.get(pk=submission.capture_id)
    assert (kept.decision, kept.rule) == ("review", "strong_doubt")
    assert "Asked for: 1 x reading. Less was handed in." in kept.verdict


def test_a_kind_that_is_not_there_cannot_be_asked_for(client: Client, story: Story) -> None:
    key = issue_key(account_id=story.buyer.id, by=CONSOLE, at=datetime.now(UTC)).text
    for media in ("video", "unreadable", None, 3):
        refused = post(client, key, body(story.at, proof={"media": media}), once=str(media)).json()
        assert (refused["code"], refused["param"]) == ("invalid_field", "/proof/media")
        assert refused["detail"] == "This must be one of photo, reading."


def _published() -> dict[str, receipt.PublishedKey]:
    return receipt.read_published(json.dumps(queries.published_keys()))


def test_what_its_intake_does_not_take_is_refused_at_the_upload(story: Story, phone: Callable[[Claim], Phone]) -> None:
    ours = phone(story.claim(story.post()))
    answer = ours.put(story.buyer.id, MARK + b" " * 100)
    assert (answer.status_code, answer.json()["code"]) == (422, "no_reading")


def test_no_intake_is_replaced_unseen() -> None:
    for kind in ("reading", "photo"):
        with pytest.raises(ValueError, match="already"):
            intake.register(kind, READING)
