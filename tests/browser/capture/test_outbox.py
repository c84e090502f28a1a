"""Offline is normal: what was captured waits on the phone, whatever happens to network, login, disk and server."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.capture.conftest import Scout
from tests.browser.capture.door import nobody_behind, opened
from tests.browser.conftest import House, until

pytestmark = [pytest.mark.browser, pytest.mark.extra]  # together they take minutes

Come = Callable[..., Scout]


@pytest.fixture
def walker(scout: Come) -> Scout:
    """A scout who has everything on the phone, and then loses contact on the way."""
    ada = scout(at_m=400)
    ada.take_along()
    ada.lose_contact()
    ada.walk_to(0)
    return ada


def capture_offline(ada: Scout) -> list[str]:
    """Answers the hashes of what waits."""
    ada.open_capture()
    ada.capture()
    ada.waits_for("Saved on this phone")
    return [file["sha256"] for file in ada.until_kept("saved")["files"]]


def test_a_capture_without_contact_is_sent_when_there_is_some(walker: Scout) -> None:
    taken = capture_offline(walker)
    walker.goto("/outbox")
    walker.waits_for("1 waiting")
    expect(walker.page.locator("nav [data-outbox-count]")).to_have_text("1")
    walker.find_contact()
    walker.press("Send now")
    walker.waits_for("Received")
    (arrived,) = walker.arrived()
    assert (arrived["sha256"], arrived["offline"], arrived["nonce"]) == (taken, True, "fresh")
    assert (arrived["signature"], arrived["set_aside"]) == ("valid", "")
    assert walker.files_kept() == 0


def test_without_contact_every_page_gives_way_to_what_was_claimed(walker: Scout) -> None:
    walker.goto("/nearby")
    assert walker.page.locator("h1").inner_text() == "No contact"
    walker.waits_for("Is the bakery on the corner open right now?")
    walker.page.get_by_role("link", name="I am here").click()
    expect(walker.shutter).to_have_text("Take the picture")
    walker.waits_for("No contact. You can capture all the same")


def test_a_browser_that_believes_itself_offline_is_not_believed(scout: Come) -> None:
    ada = scout()
    ada.page.add_init_script("Object.defineProperty(Navigator.prototype, 'onLine', { get: () => false })")
    ada.open_capture()
    ada.capture()
    ada.waits_for("Received")
    assert ada.arrived()[0]["offline"] is False


def test_who_was_signed_out_meanwhile_still_sends(walker: Scout) -> None:
    taken = capture_offline(walker)
    walker.backstage("sign_out", claim_id=walker.claim_id)
    walker.context.clear_cookies()
    walker.find_contact()
    walker.goto("/outbox")
    walker.waits_for("Received")
    assert walker.arrived()[0]["sha256"] == taken


def test_a_capture_that_comes_too_late_is_kept_and_told(walker: Scout) -> None:
    capture_offline(walker)
    walker.backstage("shift", claim_id=walker.claim_id, hours=30)
    walker.find_contact()
    walker.goto("/outbox")
    walker.waits_for("Received too late to be paid. You can appeal.")
    assert walker.arrived()[0]["set_aside"] == "late"


def test_a_slot_that_was_filled_meanwhile_is_told(walker: Scout) -> None:
    capture_offline(walker)
    walker.backstage("fill_slot", bounty_id=walker.bounty_id, claim_id=walker.claim_id)
    walker.find_contact()
    walker.goto("/outbox")
    walker.waits_for("somebody else had been faster")
    assert walker.arrived()[0]["set_aside"] == "slot_filled"


def test_what_the_server_refuses_stays_with_its_reason(walker: Scout) -> None:
    capture_offline(walker)
    walker.backstage("hand_in_elsewhere", claim_id=walker.claim_id)
    walker.find_contact()
    walker.goto("/outbox")
    walker.waits_for("Something else was handed in for this claim already.")
    assert walker.files_kept() == 1
    walker.press("Remove from this phone")
    assert walker.files_kept() == 1
    walker.press("Yes, remove it for good")
    until(lambda: walker.files_kept() == 0)
    assert walker.kept() == []


def test_a_server_that_was_down_gets_it_when_it_is_back(scout: Come, house: House) -> None:
    with opened(house) as door:
        ada = scout(url=door.url)
        ada.take_along()
        ada.shoot()
        door.close()
        ada.press("Keep it")
        ada.answer()
        ada.waits_for("Saved on this phone")
        taken = [file["sha256"] for file in ada.until_kept("saved")["files"]]
        with nobody_behind(door.port):
            ada.goto("/nearby")
            assert ada.page.locator("h1").inner_text() == "No contact"
        door.open()
        ada.goto("/outbox")
        ada.waits_for("Received")
        assert ada.arrived()[0]["sha256"] == taken


def test_the_token_stands_in_no_address_and_no_log(walker: Scout) -> None:
    asked: list[str] = []
    walker.context.on("request", lambda request: asked.append(request.url))
    capture_offline(walker)
    token = walker.until_kept("saved")["token"]
    walker.find_contact()
    walker.goto("/outbox")
    walker.waits_for("Received")
    assert not [url for url in asked if token in url]
    assert token not in (walker.house.home / "log").read_text()
