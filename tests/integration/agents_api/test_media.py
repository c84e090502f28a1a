"""A result in full, and its pictures by signed links: what may be seen when, and what a link is worth."""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from PIL import Image

from agents_api import media_links
from agents_api.views import media
from bounties import capturing, operations, verifying
from bounties.models import Claim, Submission
from bounties.policies.disputes import Ruling
from market.accounts.audit import CONSOLE
from market.accounts.models import ApiKey
from market.accounts.operations.keys import issue_key
from market.ids import encode
from market.work.models import Work
from tests.integration.agents_api.test_first_steps import bearer
from tests.integration.bounties.story import Story
from tests.integration.verification.conftest import phone, story
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import encoded, scene
from verification import canonical, queries, receipt
from verification.geo import place

__all__ = ["phone", "story"]
PHOTO = encoded(scene(8), quality=92)


@pytest.fixture
def captured(story: Story, phone: Callable[[Claim], Phone]) -> Submission:
    """In the buyer's review: without a vision model, nobody has looked."""
    answer = phone(story.claim(story.post())).capture(PHOTO)
    assert answer.status_code == 201, answer.content
    submission = Submission.objects.get(pk=answer.json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    submission.refresh_from_db()
    assert submission.state == "in_review"
    return submission


@pytest.fixture
def key(story: Story) -> str:
    return issue_key(account_id=story.buyer.id, by=CONSOLE, at=timezone.now()).text


def read(client: Client, key: str, submission: Submission) -> dict[str, Any]:
    answer = client.get(f"/v1/results/{encode('sub', submission.id)}", headers=bearer(key))
    assert answer.status_code == 200, answer.content
    result: dict[str, Any] = answer.json()
    return result


def accept(story: Story, submission: Submission) -> None:
    operations.accept(buyer=story.buyer, submission_id=submission.id, at=story.at)


def follow(client: Client, url: str, **headers: str) -> Any:
    parts = urlsplit(url)
    return client.get(f"{parts.path}?{parts.query}", headers={k.replace("_", "-"): v for k, v in headers.items()})


def changed(url: str, **words: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{urlencode(dict(parse_qsl(parts.query)) | words)}"


def test_in_review_there_are_checks_answers_and_a_preview_and_nothing_more(
    client: Client, key: str, captured: Submission
) -> None:
    result = read(client, key, captured)
    [medium] = result["media"]
    assert (medium["url"], result["receipt"]) == (None, None)
    checks = {each["check"]: each for each in result["checks"]}
    assert (checks["geofence"]["outcome"], checks["content"]["outcome"]) == ("pass", "unknown")
    assert checks["geofence"]["threshold"] == {"radius_m": 60.0}
    assert checks["geofence"]["numbers"]["distance_m"] < 60
    place = result["capture"]["place"]
    assert (round(place["lat"], 3), round(place["lng"], 3), place["accuracy_m"]) == (52.52, 13.405, 6.0)
    assert {each["detector"] for each in medium["redactions"]} == {"face_frontal", "face_profile", "plate"}
    assert [each["untrusted"] for each in result["answers"]] == [True]
    assert result["licence"]["name"] == captured.licence
    preview = follow(client, medium["preview_url"])
    assert (preview.status_code, max(Image.open(BytesIO(preview.content)).size)) == (200, 512)
    # The same link for the whole picture is another link.
    assert follow(client, changed(medium["preview_url"], size="full")).json()["code"] == "no_such_media"


def test_what_is_answered_names_neither_scout_nor_device_nor_what_was_handed_in(
    client: Client, key: str, story: Story, captured: Submission
) -> None:
    accept(story, captured)
    told = str(read(client, key, captured))
    hidden = (story.scout.id, captured.claim_id, captured.capture_id)
    assert [each for each in hidden if str(each) in told or each.hex in told or encode("x", each)[2:] in told] == []
    assert "private" not in told


def test_accepted_the_blurred_picture_is_delivered_with_safe_headers(
    client: Client, key: str, story: Story, captured: Submission
) -> None:
    accept(story, captured)
    result = read(client, key, captured)
    [medium] = result["media"]
    picture = follow(client, medium["url"], Accept="image/webp,image/*")
    assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/jpeg")
    assert Image.open(BytesIO(picture.content)).size == (medium["width"], medium["height"])
    # The delivered copy, byte for byte, and never what was handed in.
    [copy] = queries.copies_of(captured.capture_id)
    assert hashlib.sha256(picture.content).hexdigest() == copy.media_sha256 != sha256(PHOTO)
    safe = {
        "Cache-Control": "private, no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Referrer-Policy": "no-referrer",
    }
    assert {name: picture.headers[name] for name in safe} == safe
    published = receipt.read_published(json.dumps(queries.published_keys()))
    signed = receipt.verify(canonical.dumps(result["receipt"]), keys=published)
    assert signed.delivered == (copy.media_sha256,)


@pytest.mark.parametrize(
    ("asked", "status", "part"),
    [
        ("bytes=0-9", 206, slice(0, 10)),
        ("bytes=10-", 206, slice(10, None)),
        ("bytes=-5", 206, slice(-5, None)),
        ("bytes=0-99999999", 206, slice(None)),
        ("bytes=99999999-", 200, slice(None)),
        ("bytes=5-1", 200, slice(None)),
        ("bytes=-", 200, slice(None)),
        ("bytes=0-1,5-6", 200, slice(None)),
        ("lines=1-2", 200, slice(None)),
    ],
)
def test_a_part_can_be_asked_for(asked: str, status: int, part: slice) -> None:
    whole = bytes(range(256))
    answered, code, headers = media.part_of(whole, asked)
    assert (code, answered) == (status, whole[part])
    assert ("Content-Range" in headers) == (status == 206)


def test_a_part_of_a_picture_is_answered_as_one(client: Client, key: str, captured: Submission) -> None:
    url = read(client, key, captured)["media"][0]["preview_url"]
    whole = follow(client, url).content
    answer = follow(client, url, Range="bytes=10-19")
    assert (answer.status_code, answer.content) == (206, whole[10:20])
    assert answer.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"


def test_a_link_cannot_be_guessed_or_changed(client: Client, key: str, story: Story, captured: Submission) -> None:
    accept(story, captured)
    url = read(client, key, captured)["media"][0]["url"]
    for words in (
        {"number": "2"},
        {"until": "4102444800"},
        {"signature": "A" * 43},
        {"signature": ""},
        {"key": encode("key", captured.id)},
        {"size": "preview"},
    ):
        answer = follow(client, changed(url, **words))
        assert (answer.status_code, answer.json()["code"]) == (404, "no_such_media"), words
    bare = follow(client, urlsplit(url).path)
    assert (bare.status_code, bare.json()["code"]) == (404, "no_such_media")
    assert len(re.findall(r"signature=([A-Za-z0-9_-]{43})", url)) == 1


def test_a_link_ends_after_a_quarter_of_an_hour(client: Client, key: str, captured: Submission) -> None:
    url = read(client, key, captured)["media"][0]["preview_url"]
    with time_machine.travel(datetime.now(UTC) + media_links.VALID_FOR - timedelta(seconds=5), tick=False):
        assert follow(client, url).status_code == 200
    with time_machine.travel(datetime.now(UTC) + media_links.VALID_FOR, tick=False):
        answer = follow(client, url)
    assert (answer.status_code, answer.json()["code"]) == (403, "media_link_expired")


def test_a_rejection_withdraws_every_link(client: Client, key: str, story: Story, captured: Submission) -> None:
    url = read(client, key, captured)["media"][0]["preview_url"]
    operations.reject(buyer=story.buyer, submission_id=captured.id, ground_code="not_shown", note="", at=story.at)
    assert follow(client, url).json()["code"] == "no_such_media"
    result = read(client, key, captured)
    assert (result["media"], result["capture"], result["answers"], result["receipt"]) == ([], None, [], None)


def test_an_overturned_acceptance_withdraws_the_picture_and_the_receipt(
    client: Client, key: str, story: Story, captured: Submission
) -> None:
    accept(story, captured)
    url = read(client, key, captured)["media"][0]["url"]
    contested = operations.dispute(buyer=story.buyer, submission_id=captured.id, ground_code="not_genuine", at=story.at)
    operations.rule(
        operator=story.operator,
        dispute_id=contested.id,
        ruling=Ruling.FOR_BUYER,
        reason="An old picture.",
        at=story.at,
    )
    assert follow(client, url).json()["code"] == "no_such_media"
    assert read(client, key, captured)["receipt"] is None


def test_a_link_ends_with_the_key_that_was_shown_it(client: Client, key: str, captured: Submission) -> None:
    url = read(client, key, captured)["media"][0]["preview_url"]
    ApiKey.objects.update(revoked_at=timezone.now())
    assert follow(client, url).json()["code"] == "no_such_media"


def test_a_link_made_for_another_agents_key_shows_nothing(client: Client, story: Story, captured: Submission) -> None:
    stranger = issue_key(account_id=story.other_buyer.id, by=CONSOLE, at=timezone.now())
    link = media_links.fresh(
        result_id=captured.id,
        number=queries.copies_of(captured.capture_id)[0].number,
        size=media_links.Size.PREVIEW,
        key_id=stranger.key.id,
        at=timezone.now(),
    )
    assert follow(client, link.url()).json()["code"] == "no_such_media"


def test_an_appeal_that_was_won_has_its_copies_made_when_they_are_first_asked_for(
    client: Client, key: str, story: Story, phone: Callable[[Claim], Phone]
) -> None:
    far = phone(story.claim(story.post()))
    far.here = place(52.54, 13.405)
    submission = Submission.objects.get(pk=far.capture(PHOTO).json()["submission"])
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    assert read(client, key, submission)["rejected_for"][0]["code"] == "geofence"
    appeal = operations.appeal(
        scout=story.scout, submission_id=submission.id, ground_code="check_wrong", note="It moved.", at=story.at
    )
    operations.rule(
        operator=story.operator, dispute_id=appeal.id, ruling=Ruling.FOR_SCOUT, reason="It did.", at=story.at
    )
    result = read(client, key, submission)
    assert (result["status"], result["media"], result["receipt"]) == ("accepted", [], None)
    assert Work.objects.get(kind=capturing.DELIVER).subject == str(submission.id)
    capturing.deliver(submission_id=submission.id, at=datetime.now(UTC))
    result = read(client, key, submission)
    assert len(result["media"]) == 1
    assert result["receipt"] is not None


def test_reading_a_result_in_full_asks_few_questions(
    client: Client, key: str, story: Story, captured: Submission, django_assert_max_num_queries: Any
) -> None:
    read(client, key, captured)
    with django_assert_max_num_queries(3):
        read(client, key, captured)
    path = f"/v1/bounties/{encode('bnt', captured.bounty_id)}/results"
    with django_assert_max_num_queries(4):
        assert len(client.get(path, headers=bearer(key)).json()["data"][0]["checks"]) > 10
