"""The list of what is asked near a place."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from market import clock
from market.accounts import operations
from market.accounts.models import Mode
from tests.integration.bounties.story import Story
from tests.integration.web.conftest import phone
from tests.people import make_user

pytestmark = pytest.mark.django_db


def _titles(page: str) -> list[str]:
    return re.findall(r"<h2>(.*?)</h2>\s*<ul class=\"tags\"", page)


def _page(client: Client, path: str = "/nearby", **headers: str) -> str:
    answer = client.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_asks_where_one_is_before_it_shows_anything(story: Story) -> None:
    story.post()
    page = _page(phone(story.scout, here=False))
    assert "Where are you?" in page
    assert _titles(page) == []


@pytest.mark.parametrize("many", [1, 12])
def test_it_asks_four_questions_however_much_is_found(story: Story, scouts_phone: Client, many: int) -> None:
    """The session, the person with their scouts, the claims, the search."""
    for _ in range(many):
        story.post()
    with CaptureQueriesContext(connection) as queries:
        page = _page(scouts_phone)
    assert len(_titles(page)) == many
    assert len(queries) == 4, [each["sql"] for each in queries]


def test_it_says_what_is_asked_and_what_that_pays(story: Story, scouts_phone: Client) -> None:
    story.post(slots=2)
    page = _page(scouts_phone)
    assert _titles(page) == ["Is the bakery open?"]
    for words in ("$2.50", "130 m", "closes", "in 5\u00a0h", "1 photo", "2 places left"):
        assert words in page


@pytest.mark.parametrize(
    ("proof", "told"),
    [
        ({"challenge": "code", "daylight": True}, "1 photo, with a code, by daylight<"),
        ({"challenge": "second_view", "count": 2}, "2 photos, from two spots<"),
    ],
)
def test_it_says_which_proof_is_asked(story: Story, scouts_phone: Client, proof: dict[str, Any], told: str) -> None:
    story.post(proof=proof)
    assert told in _page(scouts_phone).replace("\n", "")


def test_a_typed_place_is_as_good_as_a_told_one(story: Story) -> None:
    story.post()
    client = phone(story.scout, here=False)
    assert client.post("/place", {"typed": "52.521, 13.406", "next": "/nearby"}).headers["Location"] == "/nearby"
    page = _page(client)
    assert "Around 52.5210, 13.4060" in page
    assert _titles(page) == ["Is the bakery open?"]


def test_a_place_that_nobody_knows_is_told_and_changes_nothing(scouts_phone: Client) -> None:
    scouts_phone.post("/place", {"typed": "Xyzzyville"})
    page = _page(scouts_phone)
    assert "We do not know this place" in page
    assert "Around where you are" in page


@pytest.mark.parametrize("lat", ["91", "nan", "inf", "x", ""])
def test_a_place_that_is_not_on_earth_is_none(story: Story, lat: str) -> None:
    client = phone(story.scout, here=False)
    client.post("/place", {"lat": lat, "lng": "13"})
    assert "Where are you?" in _page(client)


def test_choosing_a_place_leads_to_no_other_site(scouts_phone: Client) -> None:
    answer = scouts_phone.post("/place", {"typed": "52.5, 13.4", "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/nearby"


def test_a_wider_circle_finds_more(story: Story, scouts_phone: Client) -> None:
    story.post(title="Far", place={"lat": 52.6, "lng": 13.405, "radius_m": 60})
    assert _titles(_page(scouts_phone)) == []
    assert _titles(_page(scouts_phone, "/nearby?within=20000")) == ["Far"]
    assert _titles(_page(scouts_phone, "/nearby?within=999999999")) == []  # none of the chips: as if nothing was said


def test_more_is_one_link_that_works_without_a_script_too(story: Story, scouts_phone: Client) -> None:
    for number in range(14):
        story.post(title=f"Number {number}")
    first = _page(scouts_phone)
    link = re.search(r'href="(\?within=5000&amp;after=[^"]+)"', first)
    assert link
    path = "/nearby" + link[1].replace("&amp;", "&")
    whole, piece = _page(scouts_phone, path), _page(scouts_phone, path, **{"HX-Request": "true"})
    assert len(_titles(first)) == 12
    assert len(_titles(whole)) == len(_titles(piece)) == 2
    assert set(_titles(first)).isdisjoint(_titles(whole))
    assert "<html" in whole
    assert "<html" not in piece


@pytest.mark.parametrize(
    ("sort", "titles"),
    [
        ("", ["Near", "Rich", "Soon"]),
        ("pay", ["Rich", "Near", "Soon"]),
        ("closing", ["Soon", "Near", "Rich"]),
        ("nonsense", ["Near", "Rich", "Soon"]),
    ],
)
def test_the_order_is_chosen_by_a_chip(story: Story, scouts_phone: Client, sort: str, titles: list[str]) -> None:
    _post_near_rich_and_soon(story)
    page = _page(scouts_phone, f"/nearby?sort={sort}")
    assert _titles(page) == titles
    for each in ("Nearest", "Best paid", "Closing soon"):
        assert each in page


def test_the_chips_keep_what_the_others_say(story: Story, scouts_phone: Client) -> None:
    page = _page(scouts_phone, "/nearby?within=20000&sort=pay")
    assert 'href="?within=1000&amp;sort=pay"' in page
    assert 'href="?within=20000&amp;sort=closing"' in page
    assert 'href="?within=20000"' in page


def test_what_is_sorted_goes_on_behind_one_link_too(story: Story, scouts_phone: Client) -> None:
    for number in range(14):
        story.post(title=f"Number {number}", reward=f"{2 + number}.00")
    assert _titles(_page(scouts_phone, "/nearby?sort=pay"))[0] == "Number 13"
    assert 'href="?within=5000&amp;sort=pay&amp;after=12"' in _page(scouts_phone, "/nearby?sort=pay")
    rest = _page(scouts_phone, "/nearby?sort=pay&after=12")
    assert _titles(rest) == ["Number 1", "Number 0"]
    assert "after=" not in rest
    assert scouts_phone.get("/nearby?sort=pay&after=x").status_code == 400


def test_one_kind_is_no_choice_and_a_kind_that_is_none_finds_all(story: Story, scouts_phone: Client) -> None:
    _post_near_rich_and_soon(story)
    assert "Every kind" not in _page(scouts_phone)
    assert len(_titles(_page(scouts_phone, "/nearby?kind=photo"))) == 3
    assert len(_titles(_page(scouts_phone, "/nearby?kind=smell"))) == 3


def _post_near_rich_and_soon(story: Story) -> None:
    def place(north: float) -> dict[str, float]:
        return {"lat": 52.521 + north, "lng": 13.406, "radius_m": 60}

    story.post(title="Near", place=place(0))
    story.post(title="Rich", place=place(0.005), reward="9.00")
    soon = (story.at + timedelta(hours=2)).isoformat()
    story.post(title="Soon", place=place(0.01), window={"closes_at": soon}, reward="1.00")


def test_a_list_that_is_no_more_says_so(scouts_phone: Client) -> None:
    assert scouts_phone.get("/nearby?after=nonsense").status_code == 400


def test_what_one_is_on_the_way_to_stands_on_top(story: Story, scouts_phone: Client) -> None:
    story.claim(story.post())
    page = _page(scouts_phone)
    assert "On the way" in page
    assert _titles(page) == []


def test_play_money_and_money_are_never_in_one_list(story: Story) -> None:
    story.post()
    live = story.new_scout(mode="live")
    assert _titles(_page(phone(live))) == []


def test_who_is_no_scout_yet_is_asked_how_to_begin() -> None:
    client, user = Client(), make_user()
    client.force_login(user)
    assert client.get("/nearby").headers["Location"] == "/begin"
    assert client.get("/home").headers["Location"] == "/me"
    assert client.get("/begin").status_code == 200
    operations.become_scout(user=user, mode=Mode.TEST, at=clock.now())
    assert client.get("/begin").headers["Location"] == "/nearby"
    assert client.get("/home").headers["Location"] == "/nearby"


def test_the_place_is_kept_in_no_table_but_the_session(story: Story, scouts_phone: Client) -> None:
    assert scouts_phone.session["standpoint"] == {"lat": 52.521, "lng": 13.406, "name": ""}
