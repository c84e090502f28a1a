"""EMAIL_URL, read."""

import pytest

from market.mail_address import MailServer, UnusableAddress, read_mail_server


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", None),
        ("smtp://mail.example", MailServer("mail.example", 587, "starttls")),
        ("smtp://u:p%2Fw%40@mail.example:2525", MailServer("mail.example", 2525, "starttls", "u", "p/w@")),
        ("smtps://u:p@mail.example", MailServer("mail.example", 465, "tls", "u", "p")),
        ("smtp://localhost:1025", MailServer("localhost", 1025, "none")),
        ("smtp://mail.example?encryption=none", MailServer("mail.example", 25, "none")),
        ("smtp://[2001:db8::1]:25", MailServer("2001:db8::1", 25, "starttls")),
    ],
)
def test_an_address_is_read(url: str, expected: MailServer | None) -> None:
    assert read_mail_server(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        "mail.example:587",
        "http://mail.example",
        "smtp://",
        "smtp://u:pw@host:port",
        "smtp://u:p/w@host",
        "smtp://[broken",
        "smtp://host?encryption=maybe",
        "smtps://host?encryption=none",
    ],
)
def test_an_unusable_address_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(UnusableAddress) as caught:
        read_mail_server(url)
    assert url not in str(caught.value)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", True),
        ("smtps://mail.example", True),
        ("smtp://127.0.0.1", True),
        ("smtp://mail.example?encryption=none", False),
    ],
)
def test_only_this_machine_is_spoken_to_in_the_clear(url: str, expected: bool) -> None:
    server = read_mail_server(url)
    assert server is not None
    assert server.encrypted is expected
