"""EMAIL_URL: read, or refused with a sentence that shows what it should look like."""

import pytest

from market import mail_url


def test_a_server_with_starttls() -> None:
    server = mail_url.parse("smtp://us%40er:p%2Fw@mail.example.org")
    assert server == mail_url.MailServer("mail.example.org", 587, "us@er", "p/w", tls_at_once=False)


def test_a_server_with_tls_at_once_and_a_port_of_its_own() -> None:
    assert mail_url.parse("smtps://mail.example.org:2465").port == 2465
    assert mail_url.parse("smtps://mail.example.org").tls_at_once


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://mail.example.org", "smtp://"])
def test_what_is_no_server_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL must look like"):
        mail_url.parse(url)


def test_the_password_is_not_printed() -> None:
    assert "hush" not in repr(mail_url.parse("smtp://user:hush@mail.example.org"))
