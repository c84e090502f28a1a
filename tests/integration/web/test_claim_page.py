"""On the way: a claim's page."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from bounties.states import ClaimState
from market.ids import encode
from tests.integration.bounties.story import Story
from tests.integration.web.conftest import phone

pytestmark = pytest.mark.django_db


def _path(story: Story, rest: str = "") -> str:
    claim = story.claim(story.post())
    return f"/claims/{encode('clm', claim.id)}{rest}"


def test_it_shows_the_way_and_the_time(story: Story, scouts_phone: Client) -> None:
    page = scouts_phone.get(_path(story)).content.decode()
    for words in ("On the way", "130 m", "Time left", "geo:52.520000,13.405000", 'data-lat="52.5200000"'):
        assert words in page


def test_half_an_hour_more_is_given_once(story: Story, scouts_phone: Client) -> None:
    path = _path(story)
    assert scouts_phone.post(f"{path}/extend").headers["Location"] == path
    assert "Half an hour more" not in scouts_phone.get(path).content.decode()
    again = scouts_phone.post(f"{path}/extend")
    assert again.status_code == 409
    assert "already" in again.content.decode()


def test_given_back_it_is_free_for_others(story: Story, scouts_phone: Client) -> None:
    path = _path(story)
    assert scouts_phone.post(f"{path}/release").headers["Location"] == "/nearby"
    assert story.scout.claims.get().state == ClaimState.RELEASED
    assert "You gave it back." in scouts_phone.get(path).content.decode()


def test_nothing_changes_by_looking(story: Story, scouts_phone: Client) -> None:
    path = _path(story)
    for rest in ("/extend", "/release"):
        assert scouts_phone.get(path + rest).status_code == 405
    assert story.scout.claims.get().state == ClaimState.LIVE


def test_a_claim_whose_time_is_up_says_so_before_the_sweep_has_seen_it(story: Story, scouts_phone: Client) -> None:
    path = _path(story)
    with time_machine.travel(story.at + timedelta(hours=5), tick=False):
        page = scouts_phone.get(path).content.decode()
        assert "The time for this claim is over." in page
        assert "can still be sent" in page
        assert "On the way" not in scouts_phone.get("/nearby").content.decode()


def test_somebody_elses_claim_is_not_there(story: Story) -> None:
    path = _path(story)
    other = phone(story.other_scout)
    for method, rest in (("get", ""), ("post", "/extend"), ("post", "/release")):
        assert getattr(other, method)(path + rest).status_code == 404
    assert story.scout.claims.get().state == ClaimState.LIVE
