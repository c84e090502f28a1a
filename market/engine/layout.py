"""Where things lie below the data folder. Standard library alone: read before anything is installed or started."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

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
    def run(self) -> Path:
        """Locks, process ids and whatever else means nothing after a restart."""
        return self.home / "run"

    @property
    def sockets(self) -> Path:
        """Unix sockets. A data folder with a long path gets a short one below the system's temporary folder."""
        inside = self.home / "run" / "sockets"
        if len(str(inside)) <= _LONGEST_SOCKET_FOLDER:
            return inside
        name = hashlib.sha256(str(self.home).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"sightline-{name}"

    @property
    def demo(self) -> Path:
        return self.home / "demo.json"
