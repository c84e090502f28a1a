"""The operators' pages: what waits, what a ruling does and that it was said beforehand, and who is let in."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from bounties.models import Dispute, OperatorAction, Submission
from bounties.operations import disputing, reporting
from market.accounts import operations
from market.accounts.audit import CONSOLE
from market.ids import encode
from tests.integration.bounties.story import ACCEPTED, OPERATORS_REVIEW, REJECTED, Story
from tests.integration.web.people import come_in, signed_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


@pytest.fixture
def story() -> Story:
    return Story(at=timezone.now())


@pytest.fixture
def staff(mailoutbox: list[EmailMessage]) -> Client:
    user = signed_up("olga@example.org")
    operations.appoint_operator(user=user, by=CONSOLE, reason="a test", at=timezone.now())
    return come_in(user, mailoutbox)


def page_of(submission: Submission, more: str = "") -> str:
    return f"/ops/submissions/{encode('sub', submission.id)}{more}"


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def in_screening(story: Story) -> str:
    bounty = story.post(questions=["Is there a queue at the embassy?"])
    assert bounty.state == "screening"
    return f"/ops/bounties/{encode('bnt', bounty.id)}"


def test_what_waits_is_on_the_desk(staff: Client, story: Story) -> None:
    screened = in_screening(story)
    reviewed = story.handed_in(story.post(), OPERATORS_REVIEW)
    contested = story.handed_in(story.post(), REJECTED)
    disputing.appeal(scout=story.scout, submission_id=contested.id, ground_code="check_wrong", at=story.at)
    reported = story.post()
    reporting.report(scout=story.scout, bounty_id=reported.id, ground_code="dangerous", at=story.at)
    desk = staff.get("/ops/").content.decode()
    waiting = (screened, page_of(reviewed), page_of(contested), f"/ops/bounties/{encode('bnt', reported.id)}")
    assert [each for each in waiting if f'href="{each}"' not in desk] == []


def test_allowing_takes_the_money_that_was_said(staff: Client, story: Story) -> None:
    path, before = in_screening(story), story.available()
    told = text(staff, path)
    assert "This may be about a guarded or military place." in told
    assert "2.75 USD are set aside" in told
    assert staff.post(path, {"ruling": "allow", "reason": "A public street."}).headers["Location"] == "/ops/"
    assert before - story.available() == 2_750_000
    assert "Nobody has to look at it any more." in text(staff, path)
    assert "A public street." in text(staff, path)


def test_refusing_moves_no_money_and_its_buyer_reads_why(staff: Client, story: Story) -> None:
    path, before = in_screening(story), story.available()
    staff.post(path, {"ruling": "refuse", "reason": "Guarded."})
    assert story.available() == before
    assert OperatorAction.objects.get().reason == "Guarded."


@pytest.mark.parametrize("ruling", ["accept", "reject"])
def test_a_review_is_ruled_on(staff: Client, story: Story, ruling: str) -> None:
    bounty = story.post()
    submission = story.handed_in(bounty, OPERATORS_REVIEW)
    told = text(staff, page_of(submission))
    assert "The scout gets 2.50 USD, and the house 0.25 USD." in told
    given = {"ruling": ruling, "ground": "not_shown", "reason": "Seen with my own eyes."}
    assert staff.post(page_of(submission, "/review"), given).headers["Location"] == "/ops/"
    submission.refresh_from_db()
    assert submission.state == {"accept": "accepted", "reject": "rejected"}[ruling]
    assert story.earned() == ((2_500_000, 0) if ruling == "accept" else (0, 0))
    again = staff.post(page_of(submission, "/review"), given)
    assert again.status_code == 200
    assert "there is nothing to review" in again.content.decode()


@pytest.mark.parametrize(("ruling", "earned"), [("for_scout", (0, 2_500_000)), ("for_buyer", (0, 0))])
def test_a_buyers_dispute_is_ruled_on(staff: Client, story: Story, ruling: str, earned: tuple[int, int]) -> None:
    before = story.available()
    submission = story.handed_in(story.post(), ACCEPTED)
    disputing.dispute(buyer=story.buyer, submission_id=submission.id, ground_code="answer_wrong", at=story.at)
    told = text(staff, page_of(submission))
    assert "2.75 USD come back to the buyer" in told
    assert "The scout can have 2.50 USD paid out at once." in told
    staff.post(page_of(submission, "/rule"), {"ruling": ruling, "reason": "So it is."})
    assert Dispute.objects.get().ruling == ruling
    assert story.earned() == earned
    assert before - story.available() == (0 if ruling == "for_buyer" else 2_750_000)


def test_an_appeal_says_who_pays_before_it_is_ruled_on(staff: Client, story: Story) -> None:
    submission = story.handed_in(story.post(), REJECTED)
    disputing.appeal(scout=story.scout, submission_id=submission.id, ground_code="check_wrong", at=story.at)
    told = text(staff, page_of(submission))
    assert "The scout gets 2.50 USD from the hold, at once and for good" in told
    for what_it_is_about in ("A check was answered wrongly", "You were 2 km away.", "The shop front is visible"):
        assert what_it_is_about in told
    staff.post(page_of(submission, "/ask"), {"reason": "Where did you stand?"})
    assert "Where did you stand?" in text(staff, page_of(submission))
    staff.post(page_of(submission, "/rule"), {"ruling": "for_scout", "reason": "It shows the door."})
    assert story.earned() == (0, 2_500_000)


@pytest.mark.parametrize(("ruling", "state"), [("keep", "open"), ("take_off", "cancelled")])
def test_a_report_is_answered(staff: Client, story: Story, ruling: str, state: str) -> None:
    bounty = story.post()
    reporting.report(scout=story.scout, bounty_id=bounty.id, ground_code="dangerous", note="A cliff.", at=story.at)
    path = f"/ops/bounties/{encode('bnt', bounty.id)}"
    assert "A cliff." in text(staff, path)
    assert staff.post(path, {"ruling": ruling, "reason": "Looked at."}).status_code == 302
    bounty.refresh_from_db()
    assert bounty.state == state


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1_001, "a\x00b"])
def test_nothing_is_done_without_a_reason(staff: Client, story: Story, reason: str) -> None:
    path = in_screening(story)
    answer = staff.post(path, {"ruling": "allow", "reason": reason})
    assert answer.status_code == 200
    assert b"errorlist" in answer.content
    assert not OperatorAction.objects.exists()


def test_only_staff_that_signed_in_lately_is_let_in(
    staff: Client, story: Story, mailoutbox: list[EmailMessage]
) -> None:
    submission = story.handed_in(story.post(), OPERATORS_REVIEW)
    paths = ["/ops/", in_screening(story), *(page_of(submission, more) for more in ("", "/review", "/rule", "/ask"))]
    paths.append(page_of(submission, "/pictures/1"))
    given = {"ruling": "accept", "reason": "Mine."}
    other = come_in(signed_up("eve@example.org"), mailoutbox)
    for path in paths:
        assert Client().get(path).status_code in {302, 405}, path
        assert other.get(path).status_code in {403, 405}, path
        assert other.post(path, given).status_code in {403, 405}, path
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        for path in paths:
            assert staff.post(path, given).status_code in {302, 405}, path
    submission.refresh_from_db()
    assert submission.state == "in_review"
    assert not OperatorAction.objects.exists()


@pytest.mark.parametrize("odd", ["/ops/bounties/x", "/ops/submissions/sub_none", "/ops/submissions/x/pictures/1"])
def test_an_odd_id_is_not_found(staff: Client, odd: str) -> None:
    assert staff.get(odd).status_code == 404
