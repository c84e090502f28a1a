"""What was captured before is found, whoever hands it in again and however it was changed."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image, ImageOps

from bounties import verifying
from bounties.models import Claim, Submission
from bounties.places import Place
from tests.integration.bounties.story import NEARBY, Story
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene
from verification import evidence, queries
from verification.evidence import Evidence
from verification.geo import place
from verification.models import Gathered, Picture, Sighting, Verdict
from verification.searching import comparing

SCENE = scene(7)
PHOTO = encoded(SCENE, quality=92)
FAR = {"lat": 52.0, "lng": 13.405, "radius_m": 60}
Hand = Callable[..., Submission]


@pytest.fixture
def handed_in(story: Story, phone: Callable[[Claim], Phone]) -> Hand:
    def hand(data: bytes, *, scout: Any = None, where: dict[str, Any] | None = None) -> Submission:
        changes: dict[str, Any] = {"place": where} if where else {}
        location = Place(where["lat"], where["lng"]) if where else NEARBY
        scouts_phone = phone(story.claim(story.post(**changes), scout, location))
        if where:
            scouts_phone.here = place(where["lat"], where["lng"])
        answer = scouts_phone.capture(data)
        assert answer.status_code == 201, answer.content
        return Submission.objects.get(pk=answer.json()["submission"])

    return hand


def judge(submission: Submission) -> tuple[Verdict, Evidence]:
    verifying.verify_submission(submission_id=submission.id, at=datetime.now(UTC))
    submission.refresh_from_db()
    gathered = evidence.from_json(Gathered.objects.get(pk=submission.capture_id).evidence)
    return Verdict.objects.get(pk=submission.capture_id), gathered


def test_the_very_bytes_are_found_across_everything(handed_in: Hand, story: Story) -> None:
    judge(handed_in(PHOTO))
    verdict, found = judge(handed_in(PHOTO, scout=story.other_scout, where=FAR))
    assert (verdict.decision, verdict.rule) == ("reject", "contradiction")
    (duplicate,) = found.exact_duplicates
    assert (duplicate.same_subject, duplicate.same_group) == (False, False)


@pytest.mark.parametrize(
    "changed",
    [
        encoded(SCENE, quality=40),
        encoded(SCENE.resize((800, 600)), quality=85),
        encoded(ImageOps.mirror(SCENE), quality=85),
        encoded(SCENE.transpose(Image.Transpose.ROTATE_90), "PNG"),
    ],
    ids=["recompressed", "resized", "mirrored", "turned"],
)
def test_a_changed_copy_is_found_across_everything(handed_in: Hand, story: Story, changed: bytes) -> None:
    judge(handed_in(PHOTO))
    verdict, found = judge(handed_in(changed, scout=story.other_scout, where=FAR))
    assert verdict.decision == "reject"
    assert found.exact_duplicates == ()
    assert found.near_duplicates[0].found_by == "everything"


def test_a_deep_crop_is_found_in_the_neighbourhood(handed_in: Hand, story: Story) -> None:
    judge(handed_in(PHOTO))
    cropped = encoded(SCENE.crop((200, 150, 1150, 860)), quality=85)
    verdict, found = judge(handed_in(cropped, scout=story.other_scout))
    assert verdict.decision == "reject"
    assert found.near_duplicates[0].inliers is not None


def test_a_crop_of_an_old_picture_is_found_behind_many_newer_ones(
    handed_in: Hand, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "MOST_NEIGHBOURS", 1)
    judge(handed_in(PHOTO))
    for seed in (41, 42):
        judge(handed_in(encoded(scene(seed), quality=92), scout=story.other_scout))
    cropped = encoded(SCENE.crop((100, 75, 1180, 885)), quality=85)
    verdict, found = judge(handed_in(cropped, scout=story.other_scout))
    assert (verdict.decision, found.near_duplicates[0].found_by) == ("reject", "neighbourhood")


def test_another_picture_of_the_place_is_no_copy(handed_in: Hand, story: Story) -> None:
    judge(handed_in(PHOTO))
    verdict, found = judge(handed_in(encoded(scene(31), quality=92), scout=story.other_scout))
    assert found.exact_duplicates == ()
    assert '"check":"near_reuse","' in verdict.verdict
    assert verdict.decision != "reject"


def test_of_two_copies_at_one_moment_exactly_one_comes_later(handed_in: Hand, story: Story) -> None:
    one, other = handed_in(PHOTO), handed_in(PHOTO, scout=story.other_scout)
    assert [judge(each)[0].decision for each in (other, one)] == ["review", "reject"]


def test_a_picture_in_test_mode_is_no_reuse_of_a_live_one(handed_in: Hand, story: Story) -> None:
    judge(handed_in(PHOTO))
    Picture.objects.update(mode="live")
    _, found = judge(handed_in(PHOTO, scout=story.other_scout, where=FAR))
    assert (found.exact_duplicates, found.near_duplicates) == ((), ())


def test_nobody_is_in_two_cities_within_minutes(handed_in: Hand, story: Story) -> None:
    judge(handed_in(PHOTO))
    submission = handed_in(encoded(scene(32), quality=92), scout=story.other_scout, where=FAR)
    # The same scout's, as far as verification can see: claiming both would have been refused before.
    Sighting.objects.update(subject_key=str(story.other_scout.id))
    verdict, found = judge(submission)
    assert [each.accuracy_m for each in found.earlier_places] == [6.0]
    assert verdict.decision == "reject"


def test_gathering_again_changes_nothing(handed_in: Hand) -> None:
    submission = handed_in(PHOTO)
    first, _ = judge(submission)
    pictures = list(Picture.objects.values_list("position", flat=True))
    second, _ = judge(submission)
    assert first.verdict == second.verdict
    assert list(Picture.objects.values_list("position", flat=True)) == pictures


def test_metadata_stays_here(handed_in: Hand) -> None:
    tagged = Image.Exif()
    tagged[0x010F] = "A maker nobody else has"
    submission = handed_in(encoded(SCENE, exif=tagged, comment=b"a comment"))
    judge(submission)
    (copy,) = queries.copies_of(submission.capture_id)
    data = queries.delivered_bytes(copy.media_sha256)
    assert b"A maker nobody else has" not in data
    assert b"a comment" not in data
    assert Image.open(io.BytesIO(queries.delivered_bytes(copy.preview_sha256))).size == (512, 384)
