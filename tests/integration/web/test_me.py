"""The page about oneself: reputation, mode, units, practice, data."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from bounties import capturing
from bounties.models import Bounty, Claim
from bounties.states import ClaimState
from market.accounts import operations
from market.accounts.models import Agent, Audit, Mode, Scout, User
from market.ids import new_id
from market.ledger import rules
from market.ledger.operations import post
from market.ledger.postings import Book
from market.ledger.queries import agent_balance
from tests.integration.bounties.story import ACCEPTED, BAKERY, DOLLAR, REJECTED, Story
from tests.integration.web.conftest import phone
from tests.phone import Phone, sha256
from tests.unit.verification.photos.pictures import encoded, scene
from verification.models import Original
from web.practice import CONTACT, put_around

pytestmark = pytest.mark.django_db


def _page(client: Client, path: str = "/me") -> str:
    return client.get(path).content.decode()


def _user(story: Story) -> User:
    return Scout.objects.get(account=story.scout).user


def test_reputation_is_shown_with_what_it_is_made_of(story: Story, scouts_phone: Client) -> None:
    story.handed_in(story.post(), ACCEPTED)
    story.handed_in(story.post(), REJECTED)
    page = _page(scouts_phone)
    assert "<strong>50</strong>" in page  # three of six
    assert "Rejected for good" in page


def test_a_scout_in_both_modes_changes_over_and_back(story: Story, scouts_phone: Client) -> None:
    story.post()
    operations.become_scout(user=_user(story), mode=Mode.LIVE, at=story.at)
    for mode, finds in ((Mode.LIVE, False), (Mode.TEST, True)):
        assert scouts_phone.post("/me/mode", {"mode": mode}).headers["Location"] == "/nearby"
        assert ("Is the bakery open?" in _page(scouts_phone, "/nearby")) is finds
        assert ("<span>Practice</span>" in _page(scouts_phone)) is finds


def test_units_are_chosen_by_hand(story: Story, scouts_phone: Client) -> None:
    story.post()
    chosen = scouts_phone.post("/me/units", {"units": "imperial"}).cookies["units"]
    assert not chosen["httponly"]  # the capture's page, which no server writes for this scout, reads it too
    assert "430 ft" in _page(scouts_phone, "/nearby")
    scouts_phone.post("/me/units", {"units": "metric"})
    assert "130 m" in _page(scouts_phone, "/nearby")


def test_practice_puts_five_questions_around_and_no_more(story: Story, scouts_phone: Client) -> None:
    assert scouts_phone.post("/me/practise").headers["Location"] == "/nearby"
    page = _page(scouts_phone, "/nearby")
    assert page.count('class="offer"') == 5
    assert "5 questions were put around you." in page
    scouts_phone.post("/me/practise")
    assert Bounty.objects.filter(buyer__agent__contact=CONTACT).count() == 5
    assert "Enough of them" in _page(scouts_phone, "/nearby")


def test_a_question_of_practice_is_claimed_like_any_other(story: Story) -> None:
    assert put_around(place=BAKERY, at=story.at) == 5
    bounty = Bounty.objects.filter(buyer__agent__contact=CONTACT).first()
    assert bounty is not None
    story.handed_in(bounty, ACCEPTED, answers=[{"question_id": "q1", "value": _an_answer(bounty)}])
    assert story.earned() == (bounty.reward_micros, 0)


def _an_answer(bounty: Bounty) -> str:
    [question] = bounty.questions
    choices = [str(each) for each in question["choices"]] or [""]
    return {"choice": choices[0], "yes_no": "yes", "number": "3", "text": "red"}[str(question["type"])]


def test_practice_is_paid_by_an_agent_of_the_house_that_nobody_owns(story: Story, scouts_phone: Client) -> None:
    scouts_phone.post("/me/practise")
    agent = Agent.objects.get(contact=CONTACT)
    assert (agent.owner_id, agent.account.mode) == (None, "test")
    assert agent_balance(Book("test"), agent.pk).held_micros > 0


def test_for_money_nothing_is_made_up(story: Story) -> None:
    live = phone(story.new_scout(mode="live"))
    assert "Put questions around me" not in _page(live)
    live.post("/me/practise")
    assert Agent.objects.filter(contact=CONTACT).count() == 0


def test_the_export_holds_everything_and_only_ones_own(story: Story, scouts_phone: Client) -> None:
    story.handed_in(story.post(), ACCEPTED)
    story.handed_in(story.post(), REJECTED, story.other_scout)
    scouts_phone.post("/me/notices/places", {"within": "5000"})
    answer = scouts_phone.get("/me/data/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="sightline.zip"'
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        text = archive.read("sightline.json").decode()
        assert archive.namelist() == ["sightline.json"]  # nothing was uploaded in this story
    told = json.loads(text)
    assert told["person"]["email"] == _user(story).email
    [scout] = told["scout"]
    assert [len(scout[part]) for part in ("claims", "answers", "awards")] == [1, 1, 1]
    assert scout["claims"][0]["from"] == {"lat": 52.521, "lng": 13.406}
    assert scout["ledger"][0]["amount"] == "2.50"
    assert "submission.accepted" in [event["type"] for event in scout["events"]]
    [place] = told["notifications"]["places"]
    assert (place["lat"], place["within_m"]) == (52.521, 5000)
    assert str(story.other_scout.id) not in text


def test_the_export_holds_the_pictures_as_they_were_handed_in(story: Story, scouts_phone: Client) -> None:
    photo = encoded(scene(31))
    for scout, picture in ((story.scout, photo), (story.other_scout, encoded(scene(32)))):
        claim = story.claim(story.post(), scout)
        given = capturing.capture_pass(claim_id=claim.id, at=story.at, scout=scout)
        assert Phone(given).capture(picture).status_code == 201
    answer = scouts_phone.get("/me/data/export")
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert archive.namelist() == ["sightline.json", f"pictures/{sha256(photo)}.jpg"]
        assert archive.read(f"pictures/{sha256(photo)}.jpg") == photo
    Original.objects.update(removed_at=story.at)
    answer = scouts_phone.get("/me/data/export")
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert archive.namelist() == ["sightline.json"]


def test_who_is_deleted_is_gone_and_the_books_stay(story: Story, scouts_phone: Client) -> None:
    user = _user(story)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    story.handed_in(story.post(), ACCEPTED)
    running = story.claim(story.post())
    address = user.email
    assert scouts_phone.post("/me/data/delete", {"sure": "yes"}).headers["Location"] == "/"
    user.refresh_from_db()
    assert (user.email, user.is_active) == (f"{user.id}@gone.invalid", False)
    assert not EmailAddress.objects.filter(email=address).exists()
    assert Audit.objects.filter(action="person_forgotten", subject_id=user.id, by="user", by_id=user.id).count() == 1
    running.refresh_from_db()
    assert running.state == ClaimState.RELEASED
    assert not Claim.objects.filter(scout=story.scout, latitude_e7=525_210_000).exists()
    assert story.earned() == (2_500_000, 0)
    assert scouts_phone.get("/me").status_code == 302


def test_deleting_wants_the_box_ticked(story: Story, scouts_phone: Client) -> None:
    scouts_phone.post("/me/data/delete")
    assert _user(story).is_active


def test_an_old_session_of_who_is_deleted_opens_nothing(story: Story, scouts_phone: Client) -> None:
    other_browser = phone(story.scout)
    scouts_phone.post("/me/data/delete", {"sure": "yes"})
    assert other_browser.get("/nearby").status_code == 302
    assert other_browser.get("/me").headers["Location"].startswith("/accounts/login/")


def test_real_money_keeps_the_account(story: Story) -> None:
    scout = story.new_scout(mode="live")
    client, user = phone(scout), Scout.objects.get(account=scout).user
    post(
        [rules.compensate_scout(book=Book("live"), scout_id=scout.id, submission_id=new_id(), reward_micros=DOLLAR)],
        at=story.at,
    )
    answer = client.post("/me/data/delete", {"sure": "yes"})
    assert answer.status_code == 409
    assert "paid out first" in answer.content.decode()
    user.refresh_from_db()
    assert user.is_active


def test_who_answers_for_an_agent_hands_it_over_first(story: Story, scouts_phone: Client) -> None:
    new = operations.create_agent(name="Owl", at=story.at)
    operations.claim_agent(user=_user(story), token=new.claim_token, at=story.at)
    answer = scouts_phone.post("/me/data/delete", {"sure": "yes"})
    assert answer.status_code == 409
    assert "handed over" in answer.content.decode()
    assert _user(story).is_active


def test_strangers_are_told_what_it_pays_near_them(story: Story) -> None:
    story.post()
    stranger = Client()
    assert "What does it pay near here?" in _page(stranger, "/")
    assert stranger.post("/place", {"typed": "52.521, 13.406", "next": "/"}).headers["Location"] == "/"
    page = _page(stranger, "/")
    assert "Asked near here, for practice" in page
    assert "$2.50" in page
