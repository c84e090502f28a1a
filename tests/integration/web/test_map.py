"""The map's page and what it fetches."""

import pytest
from django.conf import settings
from django.test import Client

from tests.integration.bounties.story import Story
from tests.integration.web.conftest import phone

pytestmark = pytest.mark.django_db
AROUND = {"lat": "52.52", "lng": "13.405", "within": "2000"}


def test_it_is_a_list_until_the_map_is_up(story: Story, scouts_phone: Client) -> None:
    story.post()
    page = scouts_phone.get("/map").content.decode()
    assert "data-map hidden" in page
    assert "Is the bakery open?" in page
    assert "/static/map/world.pmtiles" in page


def test_without_a_place_it_asks_for_one_and_loads_nothing_big(story: Story) -> None:
    page = phone(story.scout, here=False).get("/map").content.decode()
    assert "Where are you?" in page
    assert "/static/map/" not in page


def test_what_is_asked_around_the_middle_is_told(story: Story, scouts_phone: Client) -> None:
    story.post()
    [feature] = scouts_phone.get("/map/bounties", AROUND).json()["features"]
    assert feature["geometry"] == {"type": "Point", "coordinates": [13.405, 52.52]}
    about = feature["properties"]
    assert (about["title"], about["reward"], about["away"]) == ("Is the bakery open?", "$2.50", "130 m")


@pytest.mark.parametrize("change", [{"lat": "x"}, {"lat": "91"}, {"within": ""}, {"lng": "nan"}])
def test_a_middle_that_is_none_is_refused(scouts_phone: Client, change: dict[str, str]) -> None:
    assert scouts_phone.get("/map/bounties", AROUND | change).status_code == 400


def test_a_map_as_wide_as_the_world_searches_as_far_as_a_search_reaches(scouts_phone: Client) -> None:
    assert scouts_phone.get("/map/bounties", AROUND | {"within": "9" * 9}).status_code == 200


def test_no_other_origin_may_be_asked_unless_a_style_is_set(scouts_phone: Client) -> None:
    assert settings.MAP_STYLE_URL == ""
    assert "connect-src 'self';" in scouts_phone.get("/map")["Content-Security-Policy"] + ";"
