"""The map's page and what it fetches."""

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

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


def test_it_is_told_in_the_persons_language_and_in_miles(story: Story, scouts_phone: Client) -> None:
    story.post()

    def told(language: str) -> dict[str, str]:
        answer = scouts_phone.get("/map/bounties", AROUND, headers={"accept-language": language})
        [feature] = answer.json()["features"]
        return dict(feature["properties"])

    assert told("es")["reward"].replace("\u00a0", " ") == "2,50 US$"
    assert told("en-GB")["away"] == "430 ft"


def test_who_said_no_place_is_told_no_distance(story: Story) -> None:
    story.post()
    [feature] = phone(story.scout, here=False).get("/map/bounties", AROUND).json()["features"]
    assert feature["properties"]["away"] == ""


@pytest.mark.parametrize("many", [1, 30])
def test_it_asks_three_questions_however_much_is_found(story: Story, scouts_phone: Client, many: int) -> None:
    """The session, the person with their scouts, the search."""
    for _ in range(many):
        story.post()
    with CaptureQueriesContext(connection) as queries:
        features = scouts_phone.get("/map/bounties", AROUND).json()["features"]
    assert len(features) == many
    assert len(queries) == 3, [each["sql"] for each in queries]


def test_strangers_and_who_has_signed_out_are_told_nothing(story: Story, scouts_phone: Client) -> None:
    story.post()
    assert scouts_phone.get("/map/bounties", AROUND).status_code == 200
    session, there = scouts_phone.cookies["session"].value, Client()
    scouts_phone.post("/accounts/logout/")
    there.cookies["session"] = session
    for each in (Client(), scouts_phone, there):
        answer = each.get("/map/bounties", AROUND)
        assert (answer.status_code, answer.content) == (302, b"")
        assert answer["Location"].startswith("/accounts/login/")


def test_what_is_fetched_is_guarded_like_what_programs_ask(scouts_phone: Client) -> None:
    answer = scouts_phone.get("/map/bounties", AROUND)
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert (answer["X-Frame-Options"], answer["X-Content-Type-Options"]) == ("DENY", "nosniff")
    assert "no-store" in answer["Cache-Control"]
    assert {"Cookie", "Accept-Language"} == set(answer["Vary"].split(", "))
    assert scouts_phone.get("/map/bounties", AROUND, headers={"host": "somewhere.else"}).status_code == 421
    scouts_phone.handler.enforce_csrf_checks = True
    assert scouts_phone.post("/map/bounties", AROUND).status_code == 403


@pytest.mark.parametrize("change", [{"lat": "x"}, {"lat": "91"}, {"within": ""}, {"lng": "nan"}])
def test_a_middle_that_is_none_is_refused(scouts_phone: Client, change: dict[str, str]) -> None:
    refused = scouts_phone.get("/map/bounties", AROUND | change)
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert refused.json()["code"] == "invalid_place"


def test_a_map_as_wide_as_the_world_searches_as_far_as_a_search_reaches(scouts_phone: Client) -> None:
    assert scouts_phone.get("/map/bounties", AROUND | {"within": "9" * 9}).status_code == 200


def test_no_other_origin_may_be_asked_unless_a_style_is_set(scouts_phone: Client) -> None:
    assert settings.MAP_STYLE_URL == ""
    assert "connect-src 'self';" in scouts_phone.get("/map")["Content-Security-Policy"] + ";"
