"""What a scout has earned, and taking it out."""

from datetime import timedelta

import pytest
from django.test import Client

from market import clock
from market.payments.models import Payout
from market.payments.operations import send_payout
from tests.integration.bounties.story import ACCEPTED, REVIEW, Story
from tests.integration.web.conftest import phone

pytestmark = pytest.mark.django_db


def _page(client: Client) -> str:
    return client.get("/earnings").content.decode()


def test_at_first_there_is_nothing_and_nothing_to_press(scouts_phone: Client) -> None:
    page = _page(scouts_phone)
    assert "$0.00" in page
    assert "From $1.00 on it can be paid out." in page
    assert "Pay it out" not in page


def test_what_is_pending_says_until_when_and_why(story: Story, scouts_phone: Client) -> None:
    story.handed_in(story.post(), ACCEPTED)
    story.handed_in(story.post(title="How long is the queue?"), REVIEW)
    page = _page(scouts_phone)
    assert "The buyer may object until" in page
    assert "Not decided yet" in page
    assert "How long is the queue?" in page


def test_what_is_available_goes_out_by_one_tap_and_arrives(story: Story, scouts_phone: Client) -> None:
    story.at -= timedelta(days=2)
    story.handed_in(story.post(window={"closes_at": (story.at + timedelta(hours=3)).isoformat()}), ACCEPTED)
    story.wait(days=1, minutes=1)
    assert "Pay it out" in _page(scouts_phone)
    assert scouts_phone.post("/earnings/payout").headers["Location"] == "/earnings"
    assert "On its way to you" in _page(scouts_phone)
    payout = Payout.objects.get()
    send_payout(payout_id=payout.id, at=clock.now())
    send_payout(payout_id=payout.id, at=clock.now() + timedelta(seconds=3))
    page = _page(scouts_phone)
    assert "Payouts" in page
    assert "On its way to you" not in page
    assert scouts_phone.post("/earnings/payout").status_code == 402


def test_where_nothing_can_be_paid_out_yet_that_is_said(story: Story) -> None:
    live = phone(story.new_scout(mode="live"))
    assert "not set up in this house yet" in _page(live)
    assert live.post("/earnings/payout").status_code == 503
