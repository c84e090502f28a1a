"""Where things lie below the data folder. Standard library alone: read before anything is installed or started."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

# What a socket folder may be named with: libpq takes a comma, Caddy a space or a brace as something of their own.
_PLAIN = re.compile(r"[A-Za-z0-9/._+=~-]+", re.ASCII)
# The longest path that fits a Unix socket address everywhere, less the longest socket name that we use.
_LONGEST_SOCKET_FOLDER = 103 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Layout:
    home: Path

    @property
    def postgres(self) -> Path:
        return self.home / "postgres"

    @property
    def media(self) -> Path:
        return self.home / "media"

    @property
    def keys(self) -> Path:
        """What receipts and delivered pictures are signed with. Kept for good: old signatures live on."""
        return self.home / "keys"

    @property
    def mail(self) -> Path:
        return self.home / "mail"

    @property
    def static(self) -> Path:
        return self.home / "static"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def certificates(self) -> Path:
        return self.home / "certificates"

    @property
    def trust_page(self) -> Path:
        """What `bin/up --https` serves without TLS. Nothing secret may ever be put here."""
        return self.home / "run" / "trust"

    @property
    def run(self) -> Path:
        """Locks, process ids and whatever else means nothing after a restart."""
        return self.home / "run"

    @property
    def sockets(self) -> Path:
        """Unix sockets. A data folder with a long or an odd path gets a short, plain one below /tmp.

        Not below TMPDIR: every process of the house has to come to the same answer, whoever starts it.
        """
        inside = self.home / "run" / "sockets"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_FOLDER and _PLAIN.fullmatch(str(inside)):
            return inside
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path("/tmp") / f"sightline-{name}"  # noqa: S108  whose it is, is checked where it is made

    @property
    def demo(self) -> Path:
        return self.home / "demo.json"
