"""Who sees which page, and what a page does."""

from datetime import timedelta
from typing import NoReturn

import pytest
import time_machine
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from market import clock
from market.accounts import operations, queries
from market.accounts.audit import CONSOLE
from market.accounts.models import Mode, Scout
from market.ids import encode
from tests.integration.web.people import come_in, sign_in, signed_up
from tests.people import NOON, make_agent
from web.views import front

pytestmark = pytest.mark.django_db

A_BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


def test_the_front_page_is_for_everybody(client: Client) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "/v1/agents" in answer.content.decode()


@pytest.mark.parametrize("path", ["/me", "/ops/"])
def test_strangers_are_asked_to_sign_in_and_brought_back(client: Client, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize("mode", list(Mode))
def test_me_becomes_a_scout(mailoutbox: list[EmailMessage], mode: Mode) -> None:
    user = signed_up("ada@example.org")
    client = come_in(user, mailoutbox)
    for _ in range(2):
        assert client.post("/me/scout", {"mode": mode}).headers["Location"] == "/nearby"
    assert [scout.mode for scout in Scout.objects.filter(user=user)] == [mode]


def test_my_page_is_not_kept_by_anybody(mailoutbox: list[EmailMessage]) -> None:
    client = come_in(signed_up("ada@example.org"), mailoutbox)
    assert "no-store" in client.get("/me").headers["Cache-Control"]


def test_the_desk_is_for_operators(mailoutbox: list[EmailMessage]) -> None:
    user = signed_up("ada@example.org")
    client = come_in(user, mailoutbox)
    assert client.get("/ops/").status_code == 403
    operations.appoint_operator(user=user, by=CONSOLE, reason="a test", at=NOON)
    assert b"operator_appointed" in client.get("/ops/").content
    operations.dismiss_operator(user=user, by=CONSOLE, reason="over", at=NOON)
    assert client.get("/ops/").status_code == 403


def test_the_desk_wants_a_fresh_sign_in(mailoutbox: list[EmailMessage]) -> None:
    user = signed_up("ada@example.org")
    operations.appoint_operator(user=user, by=CONSOLE, reason="a test", at=NOON)
    client = come_in(user, mailoutbox)
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert client.get("/me").status_code == 200
        assert client.get("/ops/").headers["Location"] == "/sign-in-again?next=%2Fops%2F"
        again = client.post("/sign-in-again", {"next": "/ops/"})
        assert again.headers["Location"] == "/accounts/login/?next=%2Fops%2F"
        client.post("/accounts/login/", {"login": user.email, "next": "/ops/"})
        assert sign_in(client, mailoutbox, next="/ops/").headers["Location"] == "/ops/"
        assert client.get("/ops/").status_code == 200


def test_signing_in_again_signs_nobody_out_by_a_link_and_leads_nowhere_else(mailoutbox: list[EmailMessage]) -> None:
    client = come_in(signed_up("ada@example.org"), mailoutbox)
    assert client.get("/sign-in-again?next=https://evil.example/").status_code == 200
    assert client.get("/me").status_code == 200
    assert client.post("/sign-in-again", {"next": "//evil.example/"}).headers["Location"] == "/accounts/login/"


def test_an_agent_is_claimed_by_a_person_who_is_in(mailoutbox: list[EmailMessage]) -> None:
    user, new = signed_up("ada@example.org"), make_agent("Owl")
    path = f"/owner/claim/{new.claim_token}"
    stranger = Client()
    assert b"Owl" in stranger.get(path).content
    stranger.post(path)
    assert queries.agents_of(user).count() == 0
    client = come_in(user, mailoutbox)
    assert client.get(path).status_code == 200  # looking takes nothing on
    assert queries.agents_of(user).count() == 0
    assert client.post(path).headers["Location"] == f"/owner/agents/{encode('agt', new.agent.account_id)}"
    assert [agent.name for agent in queries.agents_of(user)] == ["Owl"]
    assert stranger.get(path).status_code == 409
    assert "no-store" in client.get(path).headers["Cache-Control"]


def test_a_wrong_claim_link_is_told_in_the_readers_language(client: Client) -> None:
    answer = client.get("/owner/claim/slc_nothing", headers={"Accept-Language": "es"})
    assert answer.status_code == 404
    assert "no lleva a ningún agente" in answer.content.decode()


def test_an_agents_name_is_text_and_nothing_else(client: Client) -> None:
    new = make_agent("<script>alert(1)</script>")
    assert b"<script>alert" not in client.get(f"/owner/claim/{new.claim_token}").content


def test_letters_are_shown_to_this_machine_only(client: Client) -> None:
    assert client.get("/dev/mail").status_code == 200
    assert client.get("/dev/mail", REMOTE_ADDR="203.0.113.9").status_code == 404
    assert client.get("/dev/mail", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404


def test_nothing_is_told_as_such(client: Client) -> None:
    answer = client.get("/nowhere", headers=A_BROWSER)
    assert answer.status_code == 404
    assert b"Nothing is here" in answer.content


def test_a_fault_of_ours_has_a_page_that_needs_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> NoReturn:
        raise RuntimeError("a fault")

    monkeypatch.setattr(front, "render", break_down)
    client.raise_request_exception = False
    answer = client.get("/", headers=A_BROWSER)
    assert answer.status_code == 500
    assert b"Something broke on our side" in answer.content
    assert b"a fault" not in answer.content


def test_a_request_for_another_host_is_refused(client: Client) -> None:
    answer = client.get("/", headers={**A_BROWSER, "Host": "evil.example"})
    assert answer.status_code == 400
    assert b"could not be understood" in answer.content
