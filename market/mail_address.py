"""EMAIL_URL as a mail server. Nothing here sends anything."""

from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qs, unquote, urlsplit

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class UnusableAddress(ValueError):
    """Why EMAIL_URL cannot be used, without any part of it: it holds a password."""


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    encryption: Literal["starttls", "tls", "none"]
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def encrypted(self) -> bool:
        return self.encryption != "none" or self.host in _LOOPBACK


def read_mail_server(url: str) -> MailServer | None:
    """smtp:// speaks STARTTLS except to this machine or with ?encryption=none; smtps:// is TLS from the first byte."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise UnusableAddress("has no readable host and port") from error
    if parts.scheme not in ("smtp", "smtps"):
        raise UnusableAddress("must begin with smtp:// or smtps://")
    if not parts.hostname:
        raise UnusableAddress("names no host")
    if parts.path not in ("", "/"):
        raise UnusableAddress("must end after the host and port (is there a / in the password? write it as %2F)")
    wish = parse_qs(parts.query).get("encryption", [""])[-1]
    if wish not in ("", "none") or (wish and parts.scheme == "smtps"):
        raise UnusableAddress("takes no other option than ?encryption=none, and that with smtp:// alone")
    plain = wish == "none" or parts.hostname in _LOOPBACK
    encryption: Literal["starttls", "tls", "none"] = (
        "tls" if parts.scheme == "smtps" else "none" if plain else "starttls"
    )
    return MailServer(
        host=parts.hostname,
        port=port or {"tls": 465, "starttls": 587, "none": 25}[encryption],
        encryption=encryption,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )
