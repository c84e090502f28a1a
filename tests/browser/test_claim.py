"""A person opens the claim link of an agent and takes it on."""

import json
from collections.abc import Callable

import pytest

from tests.browser.conftest import House, Visitor
from tests.browser.test_looks import look_at_all_sizes

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
    visitor.page.wait_for_url("**/me")
    assert "You answer for Bakery watcher now." in visitor.page.get_by_role("status").inner_text()
    look_at_all_sizes(visitor, "me-owner")

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
