"""On site: the camera, the place, and what stands against the shutter."""

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.browser.capture.conftest import Scout
from tests.unit.verification.photos.pictures import encoded, scene

pytestmark = [pytest.mark.browser, pytest.mark.extra]  # together they take minutes

Come = Callable[..., Scout]


def test_a_capture_arrives_as_it_was_taken(scout: Come) -> None:
    ada = scout()
    ada.open_capture()
    ada.capture()
    ada.waits_for("Received")
    (arrived,) = ada.arrived()
    (kept,) = ada.kept()
    assert arrived["sha256"] == [file["sha256"] for file in kept["files"]]
    assert (arrived["signature"], arrived["offline"], arrived["answers"]) == ("valid", False, {"q1": "yes"})
    assert ada.files_kept() == 0  # the server has it, so the phone need not
    assert ada.complaints == []


def test_the_button_says_how_far_it_is_until_the_scout_is_there(scout: Come) -> None:
    ada = scout(at_m=140)
    ada.open_capture()
    expect(ada.shutter).to_have_text("Too far by 80 m")
    expect(ada.shutter).to_have_attribute("aria-disabled", "true")
    ada.shutter.click(force=True)  # not disabled, so that it can say why it is not ready
    assert ada.files_kept() == 0
    ada.context.add_cookies([{"name": "units", "value": "imperial", "url": ada.house.url}])
    ada.open_capture()
    expect(ada.shutter).to_have_text("Too far by 265 ft")
    ada.walk_to(10)
    expect(ada.shutter).to_have_text("Take the picture")


def test_the_button_says_how_vague_the_place_is(scout: Come) -> None:
    ada = scout()
    ada.walk_to(0, accuracy=120)
    ada.open_capture()
    expect(ada.shutter).to_have_text("Location only good to 120 m")
    ada.walk_to(0, accuracy=70)
    expect(ada.shutter).to_have_text("Take the picture")
    expect(ada.page.locator("p[data-notice]")).to_contain_text(re.compile("Go 1[01] m closer"))


def test_who_moves_away_at_the_shutter_is_told_and_nothing_is_kept(scout: Come) -> None:
    ada = scout()
    ada.open_capture()
    ada.page.locator("[data-do=shutter][aria-disabled=false]").click()
    ada.walk_to(300)
    expect(ada.page.locator("p[data-notice]")).to_contain_text(re.compile("You have moved: too far by 24. m"))
    assert ada.kept() == []


def test_a_window_that_is_not_open_yet_is_waited_for(scout: Come) -> None:
    ada = scout(opens_in_minutes=20)
    ada.open_capture()
    expect(ada.shutter).to_have_text("Opens in 20 minutes")


@pytest.mark.parametrize(
    ("allowed", "said"), [("geolocation", "The camera was refused."), ("camera", "Location was refused.")]
)
def test_what_was_refused_can_be_given_later(scout: Come, allowed: str, said: str) -> None:
    ada = scout(allowed=(allowed,))
    ada.open_capture()
    ada.press("Start the camera")
    ada.waits_for(said)
    ada.context.grant_permissions(["camera", "geolocation"], origin=ada.house.url)
    ada.press("Start the camera")
    ada.walk_to(5)
    ada.capture()
    ada.waits_for("Received")


def test_a_picture_is_taken_again_as_often_as_one_likes(scout: Come) -> None:
    ada = scout()
    ada.open_capture()
    ada.shoot()
    ada.press("Take it again")
    assert ada.files_kept() == 0
    ada.take()
    ada.press("Take the pictures again")
    ada.capture()
    ada.waits_for("Received")
    assert len(ada.arrived()[0]["sha256"]) == 1


def test_a_place_that_is_blocked_is_an_answer(scout: Come) -> None:
    ada = scout()
    ada.open_capture()
    ada.press("Not there, or no way in?")
    ada.waits_for("pays $0.75")
    ada.press("I cannot get in")
    ada.waits_for("Show what keeps you out")
    ada.take()
    ada.press("Hand in")
    ada.waits_for("Received")
    (arrived,) = ada.arrived()
    assert (arrived["blocked"], arrived["answers"]) == ("no_access", {})


def test_a_second_view_is_asked_for_from_aside(scout: Come) -> None:
    ada = scout(proof={"challenge": "second_view"})
    ada.open_capture()
    expect(ada.shutter).to_have_text("Take picture 1 of 2")
    ada.take()
    ada.waits_for("Now walk a few steps aside")
    expect(ada.shutter).to_have_text("Take picture 2 of 2")
    ada.walk_to(12)
    ada.capture()
    ada.waits_for("Received")
    assert len(ada.arrived()[0]["sha256"]) == 2


def test_the_code_that_is_shown_is_the_sessions(scout: Come) -> None:
    ada = scout(proof={"challenge": "code"})
    ada.open_capture()
    letters = ada.page.locator("[data-code-letters]")
    letters.wait_for()
    shown = letters.inner_text()
    ada.page.reload()
    letters.wait_for()
    assert letters.inner_text() == shown  # it may be on paper already
    ada.capture()
    ada.waits_for("Received")
    assert ada.arrived()[0]["code"] == shown


def test_without_a_camera_a_file_will_do_and_is_marked(scout: Come) -> None:
    ada = scout(allowed=("geolocation",))
    ada.open_capture()
    ada.press("Start the camera")
    ada.waits_for("A chosen picture proves less")
    photo = encoded(scene(77))
    with ada.page.expect_file_chooser() as chooser:
        ada.press("Choose a picture instead")
    chooser.value.set_files({"name": "photo.jpg", "mimeType": "image/jpeg", "buffer": photo})
    ada.drift()
    ada.waits_for("Chosen from your files, not taken here")
    ada.press("Keep it")
    ada.answer()
    ada.waits_for("Received")
    assert ada.arrived()[0]["from_file"] is True


def test_a_dark_picture_is_noticed_at_once(scout: Come) -> None:
    ada = scout(allowed=("geolocation",))
    ada.open_capture()
    ada.press("Start the camera")
    black = io.BytesIO()
    Image.new("RGB", (640, 480), (6, 6, 6)).save(black, "JPEG")
    with ada.page.expect_file_chooser() as chooser:
        ada.press("Choose a picture instead")
    chooser.value.set_files({"name": "dark.jpg", "mimeType": "image/jpeg", "buffer": black.getvalue()})
    ada.drift()
    ada.waits_for("This picture is too dark.")
    expect(ada.button("Keep it anyway")).to_be_visible()


def test_every_kind_of_question_is_answered_by_its_kind(scout: Come) -> None:
    questions = [
        {"id": "open", "text": "Is it open?", "type": "yes_no"},
        {"id": "queue", "text": "How many wait?", "type": "number", "unit": "people"},
        {"id": "mood", "text": "What is the light like?", "type": "choice", "choices": ["Bright", "Dim"]},
        {"id": "sign", "text": "What does the sign say?", "type": "text"},
    ]
    ada = scout(questions=questions)
    ada.open_capture()
    ada.take()
    ada.page.get_by_label("How many wait?").fill("a few")
    ada.press("Hand in")
    ada.waits_for("A number, with digits only.")
    assert ada.page.evaluate("document.activeElement.name") == "q0"
    ada.page.get_by_label("Yes", exact=True).check()
    ada.page.get_by_label("How many wait?").fill("3,5")
    ada.page.get_by_label("Dim", exact=True).check()
    ada.page.get_by_label("What does the sign say?").fill("Back at two")
    ada.press("Hand in")
    ada.waits_for("Received")
    assert ada.arrived()[0]["answers"] == {"open": "yes", "queue": "3.5", "mood": "Dim", "sign": "Back at two"}


def test_a_claim_that_has_ended_says_so(scout: Come) -> None:
    ada = scout()
    ada.take_along()
    ada.backstage("shift", claim_id=ada.claim_id, hours=2)
    ada.open_capture()
    ada.waits_for("Your claim has ended")
