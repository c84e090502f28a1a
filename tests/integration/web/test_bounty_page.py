"""One bounty, and claiming it."""

from datetime import timedelta

import pytest
from django.test import Client

from bounties.models import Claim, Report
from bounties.policies.grounds import REPORT
from market.ids import encode
from tests.integration.bounties.story import ACCEPTED, NEARBY, Story
from tests.integration.web.conftest import phone

pytestmark = pytest.mark.django_db
HERE = {"lat": str(NEARBY.lat), "lng": str(NEARBY.lng)}


def _path(bounty_id: object, rest: str = "") -> str:
    return f"/bounties/{encode('bnt', bounty_id)}{rest}"  # type: ignore[arg-type]


def test_it_shows_what_a_scout_needs_and_nothing_of_the_buyers_own(story: Story, scouts_phone: Client) -> None:
    bounty = story.post(
        private_note="Do not tell", metadata={"order": "nobody-elses-77"}, proof={"challenge": "second_view"}
    )
    page = scouts_phone.get(_path(bounty.id)).content.decode()
    for words in ("Is the bakery on the corner open right now?", "The shop front is visible", "$2.50", "$0.75", "CET"):
        assert words in page
    assert "A second picture" in page
    assert "sightline-use-1" in page
    assert "Do not tell" not in page
    assert "nobody-elses-77" not in page


def test_who_asks_is_a_history(story: Story, scouts_phone: Client) -> None:
    bounty = story.post(slots=3)
    assert "Nobody has answered it yet." in scouts_phone.get(_path(bounty.id)).content.decode()
    story.handed_in(bounty, ACCEPTED, story.other_scout)
    assert "1 answer so far, 100 % accepted." in scouts_phone.get(_path(bounty.id)).content.decode()


def test_claiming_reserves_a_slot_and_leads_on(story: Story, scouts_phone: Client) -> None:
    bounty = story.post()
    answer = scouts_phone.post(_path(bounty.id, "/claim"), {**HERE, "resale": "yes"})
    made = Claim.objects.get()
    assert answer.headers["Location"] == f"/claims/{encode('clm', made.id)}"
    assert (made.scout_id, made.licence, made.resale) == (story.scout.id, "sightline-use-1", True)


def test_silence_about_resale_is_no(story: Story, scouts_phone: Client) -> None:
    scouts_phone.post(_path(story.post().id, "/claim"), HERE)
    assert Claim.objects.get().resale is False


def test_without_a_fix_the_chosen_place_counts_and_without_any_nothing_is_claimed(story: Story) -> None:
    bounty = story.post()
    assert phone(story.scout, here=False).post(_path(bounty.id, "/claim")).status_code == 400
    assert Claim.objects.count() == 0
    assert phone(story.scout).post(_path(bounty.id, "/claim")).status_code == 302
    assert Claim.objects.count() == 1


def test_too_far_is_said_before_and_after_the_tap(story: Story) -> None:
    bounty = story.post(window={"closes_at": (story.at + timedelta(minutes=30)).isoformat()})
    client = phone(story.scout, here=False)
    client.post("/place", {"lat": "53.55", "lng": "9.99"})
    page = client.get(_path(bounty.id)).content.decode()
    assert 'data-refusal="too_far"' in page
    assert "too far away" in page
    assert 'id="claim"' not in page
    answer = client.post(_path(bounty.id, "/claim"), {"lat": "53.55", "lng": "9.99"})
    assert answer.status_code == 403
    assert "too far away" in answer.content.decode()


def test_the_second_of_two_who_want_the_last_slot_is_told(story: Story) -> None:
    bounty = story.post()
    first, second = phone(story.scout), phone(story.other_scout)
    assert first.post(_path(bounty.id, "/claim"), HERE).status_code == 302
    answer = second.post(_path(bounty.id, "/claim"), HERE)
    assert answer.status_code == 409
    assert "Somebody was faster" in answer.content.decode()
    assert 'data-refusal="no_free_slot"' in second.get(_path(bounty.id)).content.decode()


def test_a_claim_of_ones_own_is_led_to(story: Story, scouts_phone: Client) -> None:
    bounty = story.post()
    claim = story.claim(bounty)
    assert f"/claims/{encode('clm', claim.id)}" in scouts_phone.get(_path(bounty.id)).content.decode()


@pytest.mark.parametrize("path", ["/bounties/nonsense", "/bounties/bnt_00000000000000000000000000", "/claims/clm_x"])
def test_what_is_not_there_is_told_as_such(scouts_phone: Client, path: str) -> None:
    assert scouts_phone.get(path).status_code == 404


def test_a_bounty_of_the_other_mode_is_not_there(story: Story) -> None:
    bounty = story.post()
    assert phone(story.new_scout(mode="live")).get(_path(bounty.id)).status_code == 404


def test_spanish_has_its_own_way_with_money(story: Story, scouts_phone: Client) -> None:
    page = scouts_phone.get(_path(story.post().id), headers={"Accept-Language": "es"}).content.decode()
    assert "2,50 US$" in page
    assert "Qué se pregunta" in page
    assert "geo:52.520000,13.405000" in page  # what a program reads has a point in every language


def test_moments_are_real_when_the_buyer_has_moved_its_clock(story: Story, scouts_phone: Client) -> None:
    story.buyer.clock_ahead = timedelta(days=3)
    story.buyer.save()
    page = scouts_phone.get(_path(story.post().id)).content.decode()
    assert "in 5\u00a0h\u00a059\u00a0min" in page


def test_a_scout_reports_what_should_not_be_asked(story: Story, scouts_phone: Client) -> None:
    bounty = story.post()
    page = scouts_phone.get(_path(bounty.id)).content.decode()
    assert [code for code in REPORT if f'value="{code}"' not in page] == []
    answer = scouts_phone.post(_path(bounty.id, "/report"), {"ground": "other", "note": "It is a school."})
    assert answer.headers["Location"] == _path(bounty.id)
    made = Report.objects.get()
    assert (made.scout_id, made.ground, made.note) == (story.scout.id, "other", "It is a school.")
    assert scouts_phone.post(_path(bounty.id, "/report"), {"ground": "nonsense"}).status_code == 400
