"""What keeps sign-in safe: nobody learns who is here, nobody guesses for long, nobody plants a session."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.test import Client

from market import clock, mail
from market.accounts.models import User
from tests.integration.web.people import sign_in, signed_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _uncounted() -> None:
    cache.clear()


def _tidy(html: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html).replace("here@", "x@").replace("gone@", "x@")


def test_sign_in_does_not_tell_who_is_here(mailoutbox: list[EmailMessage]) -> None:
    signed_up("here@example.org")
    pages = []
    for address in ("here@example.org", "gone@example.org"):
        client = Client()
        answer = client.post("/accounts/login/", {"login": address}, follow=True)
        pages.append((answer.redirect_chain, _tidy(answer.content.decode())))
    assert pages[0][0] == pages[1][0]
    assert pages[0][1] == pages[1][1]
    assert [message.subject for message in mailoutbox[-1:]] == ["There is no Sightline account with this address yet"]


def test_sign_up_does_not_tell_who_is_here(mailoutbox: list[EmailMessage]) -> None:
    signed_up("here@example.org")
    chains = []
    for address in ("here@example.org", "gone@example.org"):
        answer = Client().post("/accounts/signup/", {"email": address}, follow=True)
        chains.append((answer.redirect_chain, _tidy(answer.content.decode())))
    assert chains[0] == chains[1]
    told = next(
        message for message in mailoutbox if message.to == ["here@example.org"] and "already" in message.subject
    )
    assert "/accounts/login/" in told.body
    assert "password" not in told.body
    assert User.objects.filter(email="here@example.org").count() == 1


def test_an_address_is_nobodys_before_its_code(mailoutbox: list[EmailMessage]) -> None:
    client = Client()
    client.post("/accounts/signup/", {"email": "new@example.org"})
    assert client.get("/me").status_code == 302
    assert client.get("/me").headers["Location"].startswith("/accounts/login/")


def test_three_wrong_codes_end_it(mailoutbox: list[EmailMessage]) -> None:
    signed_up("ada@example.org")
    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.org"})
    right = re.search(r"[A-Z]{4}-[A-Z]{4}", str(mailoutbox[-1].body))
    assert right
    for _ in range(3):
        client.post("/accounts/login/code/confirm/", {"code": "ZZZZ-ZZZZ"})
    client.post("/accounts/login/code/confirm/", {"code": right[0]})
    assert client.get("/me").status_code == 302


def test_a_code_ends_after_ten_minutes(mailoutbox: list[EmailMessage]) -> None:
    signed_up("ada@example.org")
    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.org"})
    code = re.search(r"[A-Z]{4}-[A-Z]{4}", str(mailoutbox[-1].body))
    assert code
    with time_machine.travel(clock.now() + timedelta(minutes=10, seconds=5)):
        client.post("/accounts/login/code/confirm/", {"code": code[0]})
    assert client.get("/me").status_code == 302


def test_codes_are_sent_to_one_address_only_so_often(mailoutbox: list[EmailMessage]) -> None:
    signed_up("ada@example.org")
    before = len(mailoutbox)
    answers = [
        Client().post("/accounts/login/", {"login": "ada@example.org"}, REMOTE_ADDR=f"203.0.113.{n}") for n in range(5)
    ]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 200, 200]
    assert len(mailoutbox) - before == 3
    assert b"errorlist" in answers[-1].content


def test_one_network_address_tries_only_so_often() -> None:
    answers = [
        Client().post("/accounts/login/", {"login": f"p{n}@example.org"}, REMOTE_ADDR="203.0.113.7").status_code
        for n in range(32)
    ]
    assert answers[:20] == [302] * 20
    assert answers[20:30] == [200] * 10  # the form again, with the reason
    assert answers[30:] == [429, 429]
    assert Client().get("/accounts/login/", REMOTE_ADDR="203.0.113.8").status_code == 200


def test_signing_in_makes_a_new_session(mailoutbox: list[EmailMessage]) -> None:
    signed_up("ada@example.org")
    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.org"})
    planted = client.cookies["session"].value
    sign_in(client, mailoutbox)
    assert client.get("/me").status_code == 200
    assert client.cookies["session"].value != planted
    thief = Client()
    thief.cookies["session"] = planted
    assert thief.get("/me").status_code == 302


def test_signing_out_ends_the_session_on_the_server(mailoutbox: list[EmailMessage]) -> None:
    signed_up("ada@example.org")
    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.org"})
    sign_in(client, mailoutbox)
    kept = client.cookies["session"].value
    assert client.get("/accounts/logout/").status_code == 200  # a question, not an answer
    assert client.get("/me").status_code == 200
    client.post("/accounts/logout/")
    again = Client()
    again.cookies["session"] = kept
    assert again.get("/me").status_code == 302


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(mailoutbox: list[EmailMessage]) -> None:
    signed_up("ada@example.org")
    client = Client()
    client.get("/accounts/login/")
    client.post("/accounts/login/", {"login": "ada@example.org"})
    for name in ("session", "csrf"):
        assert (client.cookies[name]["httponly"], client.cookies[name]["samesite"]) == (True, "Lax")


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/accounts/signup/", "/accounts/logout/", "/me/scout", "/sign-in-again", "/language"]
)
def test_forms_of_other_sites_are_refused(path: str) -> None:
    answer = Client(enforce_csrf_checks=True).post(path, {"login": "ada@example.org"})
    assert answer.status_code == 403
    assert b"grown old" in answer.content


def test_no_page_leads_to_another_site_after_signing_in(mailoutbox: list[EmailMessage]) -> None:
    signed_up("ada@example.org")
    client = Client()
    client.post("/accounts/login/", {"login": "ada@example.org", "next": "https://evil.example/"})
    answer = sign_in(client, mailoutbox, next="https://evil.example/")
    assert answer.headers["Location"] == "/home"


@pytest.mark.parametrize("path", ["change", "set", "reset", "reset/done"])
def test_there_are_no_passwords(path: str) -> None:
    assert Client().get(f"/accounts/password/{path}/").status_code == 404


def test_pages_run_no_script_of_anybody_else() -> None:
    policy = Client().get("/accounts/login/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy


def test_when_no_letter_can_be_sent_the_page_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: mail.Letter) -> None:
        raise mail.MailUnavailable("E-mail cannot be sent at the moment.")

    monkeypatch.setattr(mail, "send", away)
    signed_up("ada@example.org")
    answer = Client().post("/accounts/login/", {"login": "ada@example.org"}, headers={"Accept-Language": "es"})
    assert answer.status_code == 503
    assert "no se puede enviar correo" in answer.content.decode()
