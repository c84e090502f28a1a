"""A person opens the claim link of an agent and takes it on."""

import json
from collections.abc import Callable

import pytest

from tests.browser.conftest import House, Visitor
from tests.browser.looking import look_at_all_sizes

pytestmark = pytest.mark.browser

_MAKE = """
import json
from market import clock
from market.accounts import operations
new = operations.create_agent(name="Bakery watcher", at=clock.now())
print(json.dumps({"path": f"/owner/claim/{new.claim_token}"}))
"""


def _claim_path(house: House) -> str:
    path: str = json.loads(house.manage("shell", "--no-imports", "-c", _MAKE).splitlines()[-1])["path"]
    return path


def _hold_the_purse(visitor: Visitor) -> None:
    """What an owner does: top up, make a key with a cap, and end it."""
    page = visitor.page
    visitor.press("Top up")
    look_at_all_sizes(visitor, "owner-top-up")
    page.get_by_label("Amount in USD").fill("much")
    visitor.press("Add play money")
    assert "Write an amount such as 2.50." in page.locator(".errorlist").inner_text()
    page.get_by_label("Amount in USD").fill("25")
    visitor.press("Add play money")
    page.wait_for_url("**/owner/agents/agt_*")
    assert "25.00 USD" in page.locator("main").inner_text()
    visitor.press("Make a key")
    look_at_all_sizes(visitor, "owner-make-key")
    page.get_by_label("A name for it").fill("Cron")
    page.get_by_label("make keys and deposits").uncheck()
    page.get_by_label("At most a day, in USD").fill("5")
    visitor.press("Make it")
    assert page.locator(".secret").inner_text().startswith("sl_test_")
    look_at_all_sizes(visitor, "owner-new-key")
    visitor.press("I have kept it")
    look_at_all_sizes(visitor, "owner-agent")
    assert "At most 5.00 USD a day" in page.locator("main").inner_text()
    page.locator("summary", has_text="End this key").first.click()
    page.get_by_role("button", name="Yes, end it").first.click()
    assert "The key is ended" in page.get_by_role("status").inner_text()
    visitor.press("All of it")
    look_at_all_sizes(visitor, "owner-ledger")


def test_a_stranger_signs_up_on_the_way_and_claims_it(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit()
    path = _claim_path(visitor.house)
    visitor.goto(path)
    look_at_all_sizes(visitor, "claim-stranger")
    visitor.press("I am new here")
    visitor.page.get_by_label("E-mail address").fill(person)
    visitor.press("Send me a code")
    visitor.type_code(person)
    visitor.page.wait_for_url("**" + path)
    look_at_all_sizes(visitor, "claim")
    visitor.press("Claim it")
    visitor.page.wait_for_url("**/owner/agents/agt_*")
    assert "You answer for Bakery watcher now." in visitor.page.get_by_role("status").inner_text()
    _hold_the_purse(visitor)
    visitor.goto("/me")
    look_at_all_sizes(visitor, "me-owner")
    visitor.press("My agents")
    look_at_all_sizes(visitor, "owner")

    visitor.goto(path)
    assert visitor.heading() == "This agent is yours"
    late = visit()
    late.goto(path)
    assert "Somebody else" in late.page.locator("main").inner_text()
    assert visitor.complaints == []


def test_the_claim_token_is_in_no_log(visit: Callable[..., Visitor], house: House) -> None:
    path = _claim_path(house)
    visitor = visit()
    visitor.goto(path)
    visitor.goto(path + "x")
    token = path.rpartition("/")[2]
    log = (house.home / "log").read_text()
    assert token.removeprefix("slc_") not in log
    assert "/owner/claim/slc_[redacted]" in log
