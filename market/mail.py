"""The one door to e-mail. Nothing else in the house talks to a mail server or imports `django.core.mail`.

In production letters go to the server in EMAIL_URL. In development each is a file below the mail folder, which the page
/dev/mail shows. A letter that must arrive whatever happens is a row of work whose handler calls `send`.
"""

import logging
import smtplib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage as ParsedMessage
from functools import partial
from pathlib import Path
from typing import ClassVar
from uuid import uuid4

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from market.errors import DomainError, Kind

log = logging.getLogger(__name__)
SUFFIX = ".eml"


class MailUnavailable(DomainError):
    """E-mail cannot be sent at the moment."""

    code = "mail_unavailable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    fix = "Try again in a few minutes."
    retryable = True


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def send(letter: Letter) -> None:
    """Send now, and wait for it as long as EMAIL_TIMEOUT at most. Not from inside a transaction."""
    message = EmailMultiAlternatives(
        letter.subject, letter.text, settings.DEFAULT_FROM_EMAIL, [letter.to], headers=dict(letter.headers)
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        # The kind of fault only: what the server said may name the receiver.
        log.warning("a letter could not be sent: %s", type(error).__name__)
        raise MailUnavailable("E-mail cannot be sent at the moment.") from error


def send_after_commit(letter: Letter) -> None:
    """Send once the transaction we are in is committed; at once outside of one. A fault is logged and ends there."""
    transaction.on_commit(partial(send, letter), robust=True)


class FolderBackend(BaseEmailBackend):
    """Letters as files, for development: named by time, complete as soon as they are there, for their owner only."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            write(message.message().as_bytes(), folder=Path(settings.EMAIL_FILE_PATH))
        return len(email_messages)


def write(content: bytes, *, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{uuid4().hex[:8]}"
    unfinished, path = folder / f".{name}", folder / f"{name}{SUFFIX}"
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(content)
    unfinished.rename(path)
    return path


@dataclass(frozen=True)
class StoredLetter:
    to: str
    subject: str
    text: str
    sent_at: datetime


def newest(*, folder: Path, limit: int) -> list[StoredLetter]:
    """What lies in the mail folder, the newest first."""
    paths = sorted(folder.glob(f"*{SUFFIX}"), reverse=True)[:limit]
    return [_read(path) for path in paths]


def _read(path: Path) -> StoredLetter:
    parsed = message_from_bytes(path.read_bytes(), _class=ParsedMessage, policy=policy.default)
    body = parsed.get_body(("plain",))
    sent_at = datetime.strptime(path.name.partition("-")[0], "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
    text = body.get_content() if body else ""
    return StoredLetter(to=str(parsed["To"]), subject=str(parsed["Subject"]), text=str(text), sent_at=sent_at)
