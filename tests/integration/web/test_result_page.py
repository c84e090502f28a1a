"""What came of an answer, and what can still be done about it."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from PIL import Image

from bounties import capturing, verifying
from bounties.models import Dispute, Submission
from market import clock
from market.ids import encode, new_id
from tests.integration.bounties.story import ACCEPTED, BLURRED, OPERATORS_REVIEW, REJECTED, REVIEW, Story
from tests.integration.web.conftest import phone
from tests.phone import Phone
from tests.unit.verification.photos.pictures import encoded, scene

pytestmark = pytest.mark.django_db


def _path(submission: object, rest: str = "") -> str:
    return f"/answers/{encode('sub', submission.id)}{rest}"  # type: ignore[attr-defined]


def _page(client: Client, submission: object) -> str:
    return client.get(_path(submission)).content.decode()


def test_while_it_is_checked_the_page_looks_again_by_itself(story: Story, scouts_phone: Client) -> None:
    page = _page(scouts_phone, story.submit(story.claim(story.post())))
    assert "Being checked" in page
    assert 'data-again="3"' in page
    assert "Yes, it is." in page


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (ACCEPTED, ("Accepted", "$2.50", "until then the buyer may object")),
        (REVIEW, ("The buyer looks at it", "If the buyer says nothing until then, it is accepted.")),
        (OPERATORS_REVIEW, ("A person of ours looks at it",)),
        (REJECTED, ("Rejected", "You were 2 km away.", "Have a person look at it")),
        (BLURRED, ("Rejected", "It is blurred.", "Capture it again", "Have a person look at it")),
    ],
)
def test_every_verdict_is_told_with_what_follows(
    story: Story, scouts_phone: Client, verdict: object, words: tuple[str, ...]
) -> None:
    page = _page(scouts_phone, story.handed_in(story.post(), verdict))  # type: ignore[arg-type]
    assert [each for each in words if each not in page] == []
    assert "data-again" not in page


def test_what_cannot_be_mended_is_not_offered_again(story: Story, scouts_phone: Client) -> None:
    assert "Capture it again" not in _page(scouts_phone, story.handed_in(story.post(), REJECTED))


def test_an_appeal_is_one_tap_and_a_note_is_optional(story: Story, scouts_phone: Client) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    answer = scouts_phone.post(_path(submission, "/appeal"))
    assert answer.headers["Location"] == _path(submission)
    made = Dispute.objects.get()
    assert (made.ground, made.messages.count()) == ("check_wrong", 0)
    page = _page(scouts_phone, submission)
    assert "Your appeal" in page
    assert "A person decides at the latest" in page
    assert "Have a person look at it" not in page


def test_a_note_goes_to_whoever_decides(story: Story, scouts_phone: Client) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    scouts_phone.post(_path(submission, "/appeal"), {"note": "I stood right there."})
    assert Dispute.objects.get().messages.get().text == "I stood right there."


def test_after_two_days_no_appeal_is_offered(story: Story, scouts_phone: Client) -> None:
    story.at -= timedelta(days=3)
    submission = story.handed_in(story.post(), REJECTED)
    assert "Have a person look at it" not in _page(scouts_phone, submission)
    assert scouts_phone.post(_path(submission, "/appeal")).status_code == 409


def test_somebody_elses_answer_is_not_there(story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    other = phone(story.other_scout)
    assert other.get(_path(submission)).status_code == 404
    assert other.post(_path(submission, "/appeal")).status_code == 404
    assert Dispute.objects.count() == 0


def test_the_list_has_them_all(story: Story, scouts_phone: Client) -> None:
    assert "Nothing handed in yet." in scouts_phone.get("/answers").content.decode()
    first = story.handed_in(story.post(), ACCEPTED)
    second = story.handed_in(story.post(), REJECTED)
    page = scouts_phone.get("/answers").content.decode()
    assert page.index(_path(second)) < page.index(_path(first))


def test_a_scout_sees_ones_own_pictures_as_the_buyer_does_and_what_passed(story: Story, scouts_phone: Client) -> None:
    given = capturing.capture_pass(claim_id=story.claim(story.post()).id, at=story.at, scout=story.scout)
    assert Phone(given).capture(encoded(scene(31), quality=92)).status_code == 201
    submission = Submission.objects.get()
    verifying.verify_submission(submission_id=submission.id, at=clock.now())
    page = _page(scouts_phone, submission)
    assert re.search(r"\d+ checks passed", page)
    assert "You stood near enough to the point." in page
    (path,) = re.findall(r'<img src="(/answers/[^"]+)"', page)
    picture = scouts_phone.get(path)
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert max(Image.open(BytesIO(picture.content)).size) == 512
    assert scouts_phone.get(path[:-1] + "2").status_code == 404
    assert phone(story.other_scout).get(path).status_code == 404
    assert Client().get(path).status_code == 302


def test_what_was_answered_long_ago_is_leafed_through(story: Story, scouts_phone: Client) -> None:
    submission = story.handed_in(story.post(), ACCEPTED)
    assert "Older" not in scouts_phone.get("/answers").content.decode()
    before = encode("sub", new_id())
    page = scouts_phone.get(f"/answers?before={before}").content.decode()
    assert encode("sub", submission.id) in page
    assert "To the newest" in page
    first = encode("sub", submission.id)
    assert first not in scouts_phone.get(f"/answers?before={first}").content.decode()
    assert scouts_phone.get("/answers?before=nonsense").status_code == 404
