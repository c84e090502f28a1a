"""The one door to e-mail."""

import re
import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from pytest_django import Settings

from market import clock, mail
from market.config import ROOT
from market.mail import FolderBackend, Letter, MailUnavailable


def test_a_letter_is_sent_with_both_its_forms(mailoutbox: list[EmailMessage]) -> None:
    mail.send(Letter(to="ada@example.org", subject="Hello", text="plain", html="<p>rich</p>"))
    (sent,) = mailoutbox
    assert (sent.to, sent.subject, sent.body) == (["ada@example.org"], "Hello", "plain")
    assert isinstance(sent, EmailMultiAlternatives)
    assert [tuple(part) for part in sent.alternatives] == [("<p>rich</p>", "text/html")]


@pytest.mark.django_db(transaction=True)
def test_a_letter_leaves_after_the_commit_and_never_without_one(mailoutbox: list[EmailMessage]) -> None:
    with transaction.atomic():
        mail.send_after_commit(Letter(to="ada@example.org", subject="Kept", text=""))
        assert mailoutbox == []
    with transaction.atomic():
        mail.send_after_commit(Letter(to="ada@example.org", subject="Lost", text=""))
        transaction.set_rollback(True)
    assert [sent.subject for sent in mailoutbox] == ["Kept"]


def test_a_server_that_is_away_is_told_as_such_and_names_nobody(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refused at once
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        with pytest.raises(MailUnavailable):
            mail.send(Letter(to="ada@example.org", subject="Hello", text="123456"))
    assert "ConnectionRefusedError" in caplog.text
    assert "ada@" not in caplog.text


def test_letters_in_the_folder_are_read_back_the_newest_first(tmp_path: Path, settings: Settings) -> None:
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    messages = [EmailMessage(f"Número {n}", f"línea {n}\n", "us@example.org", ["ada@example.org"]) for n in (1, 2, 3)]
    assert FolderBackend().send_messages(messages) == 3
    letters = mail.newest(folder=tmp_path / "mail", limit=2)
    assert [(letter.subject, letter.text) for letter in letters] == [
        ("Número 3", "línea 3\n"),
        ("Número 2", "línea 2\n"),
    ]
    assert letters[0].to == "ada@example.org"
    assert clock.now() - letters[0].sent_at < timedelta(minutes=1)


def test_letters_in_the_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    path = mail.write(b"Subject: x\n\nx", folder=tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_nothing_else_imports_djangos_mail() -> None:
    importing = re.compile(
        r"^\s*(from django\.core\.mail|from django\.core import .*\bmail\b|import smtplib)", re.MULTILINE
    )
    rooms = [ROOT / name for name in ("market", "bounties", "verification", "agents_api", "web")]
    found = [path for room in rooms for path in room.rglob("*.py") if importing.search(path.read_text())]
    assert [path.relative_to(ROOT).as_posix() for path in found] == ["market/mail.py"]
