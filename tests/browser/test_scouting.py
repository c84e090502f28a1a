"""A scout's way with a phone in hand: nearby, claim, walk; and what comes in between."""

import re
from collections.abc import Callable
from functools import partial

import pytest

from tests.browser.conftest import Visitor, until
from tests.browser.scouting import Spot, let_in, post_bounty, shell, stand

pytestmark = pytest.mark.browser

_EXPIRE = """
import json
import re
from datetime import timedelta
from django.db.models import F
from bounties.models import Claim
claims = Claim.objects.filter(state="live", scout__scout__user__email={address!r})
hour = timedelta(hours=1)
claims.update(claimed_at=F("claimed_at") - hour, expires_at=F("claimed_at") - timedelta(minutes=1))
print(json.dumps({{}}))
"""


@pytest.fixture
def spot() -> Spot:
    return Spot.new()


def _phone(visit: Callable[..., Visitor], person: str, spot: Spot, **options: object) -> Visitor:
    visitor = visit(geolocation=spot.geolocation, permissions=["geolocation"], has_touch=True, **options)
    let_in(visitor, person)
    return visitor


def test_nearby_claim_and_walk(visit: Callable[..., Visitor], person: str, spot: Spot) -> None:
    visitor = _phone(visit, person, spot)
    post_bounty(visitor.house, spot)
    stand(visitor, spot, metres_north=700)
    visitor.goto("/nearby")
    visitor.press("Use my location")
    visitor.page.get_by_role("link", name="Is the bakery open?").click()
    assert visitor.heading() == "Is the bakery open?"
    visitor.press("Claim for $2.50")
    visitor.page.wait_for_url("**/claims/clm_*")
    far = visitor.page.locator("[data-walk-distance]")
    until(lambda: far.inner_text() == "0.4 mi")  # a browser of the United States
    stand(visitor, spot, metres_north=250)
    until(lambda: re.fullmatch(r"8[1-4]0 ft", far.inner_text()))
    assert visitor.page.get_by_text("You are there. Capture it now.").is_hidden()
    stand(visitor, spot, metres_north=20)
    visitor.page.get_by_text("You are there. Capture it now.").first.wait_for()
    spoken = visitor.page.locator("[data-walk-spoken]")
    until(lambda: spoken.inner_text() == "You are there. Capture it now.")
    assert visitor.complaints == []


def test_the_arrow_points_to_where_it_is(visit: Callable[..., Visitor], person: str, spot: Spot) -> None:
    visitor = _phone(visit, person, spot)
    path = post_bounty(visitor.house, spot)
    stand(visitor, spot, metres_north=500)
    visitor.goto(path)
    visitor.page.evaluate("() => document.querySelector('.dock button').hidden = false")
    visitor.press("Claim for $2.50")
    visitor.page.wait_for_url("**/claims/clm_*")
    arrow = visitor.page.locator("[data-walk-arrow]")
    until(lambda: arrow.get_attribute("transform") == "rotate(180 12 12)")
    stand(visitor, spot, metres_north=-500)
    until(lambda: arrow.get_attribute("transform") in ("rotate(0 12 12)", "rotate(360 12 12)"))


def test_location_is_asked_for_after_a_tap_and_may_be_refused_and_then_given(
    visit: Callable[..., Visitor], person: str, spot: Spot
) -> None:
    visitor = visit()
    let_in(visitor, person)
    post_bounty(visitor.house, spot)

    visitor.goto("/nearby")
    trouble = visitor.page.locator("#no-place")
    assert trouble.is_hidden()
    visitor.press("Use my location")
    trouble.wait_for()
    assert "Allow location" in trouble.inner_text()
    visitor.page.context.grant_permissions(["geolocation"])
    visitor.page.context.set_geolocation(spot.geolocation)
    visitor.press("Use my location")
    visitor.page.get_by_role("link", name="Is the bakery open?").wait_for()


def test_a_typed_place_does_without_any_script(visit: Callable[..., Visitor], person: str, spot: Spot) -> None:
    visitor = visit(java_script_enabled=False)
    let_in(visitor, person)
    path = post_bounty(visitor.house, spot)
    visitor.goto("/nearby")
    visitor.page.get_by_label("Or type a place").fill(f"{spot.lat}, {spot.lng}")
    visitor.press("Look")
    visitor.page.get_by_role("link", name="Is the bakery open?").click()
    visitor.page.wait_for_url("**" + path)
    visitor.press("Claim for $2.50")
    visitor.page.wait_for_url("**/claims/clm_*")
    visitor.press("Half an hour more")
    assert "half an hour more" in visitor.page.get_by_role("status").first.inner_text()
    visitor.press("Give it back")
    assert visitor.heading() == "Nearby"


def test_a_claim_that_ran_out_says_so(visit: Callable[..., Visitor], person: str, spot: Spot) -> None:
    visitor = _phone(visit, person, spot)
    path = post_bounty(visitor.house, spot)
    visitor.goto("/nearby")
    visitor.press("Use my location")
    visitor.page.get_by_role("link", name="Is the bakery open?").wait_for()
    visitor.goto(path)
    visitor.press("Claim for $2.50")
    visitor.page.wait_for_url("**/claims/clm_*")
    shell(visitor.house, _EXPIRE.format(address=person))
    visitor.page.reload()
    assert "The time for this claim is over." in visitor.page.locator("main").inner_text()


def test_two_phones_race_for_one_slot_and_the_slower_one_is_told(visit: Callable[..., Visitor], spot: Spot) -> None:
    phones = [_phone(visit, f"racer{number}-{spot.lat}@example.org", spot) for number in (1, 2)]
    path = post_bounty(phones[0].house, spot)
    for phone in phones:
        phone.goto("/nearby")
        phone.press("Use my location")
        phone.page.get_by_role("link", name="Is the bakery open?").wait_for()
        phone.goto(path)
    for phone in phones:
        phone.page.evaluate("() => document.querySelector('#claim').requestSubmit()")
    told = [until(partial(_told, phone)) for phone in phones]
    assert sorted(told) == ["claimed", "no_free_slot"]


def _told(phone: Visitor) -> str | None:
    if "/claims/clm_" in phone.page.url:
        return "claimed"
    refusal = phone.page.locator("[data-refusal]")
    return refusal.get_attribute("data-refusal") if refusal.count() else None


def test_too_far_is_said_before_the_tap(visit: Callable[..., Visitor], person: str, spot: Spot) -> None:
    visitor = _phone(visit, person, spot)
    path = post_bounty(visitor.house, spot, minutes=20)
    stand(visitor, spot, metres_north=90_000)
    visitor.goto("/nearby")
    visitor.press("Use my location")
    visitor.page.get_by_text("Nothing is asked here").wait_for()
    visitor.goto(path)
    assert "too far away" in visitor.page.get_by_role("alert").first.inner_text()
    assert visitor.page.locator("#claim").count() == 0
