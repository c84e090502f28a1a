"""A Postgres for one test run: fast, because nothing it holds has to outlive a power cut, and gone afterwards."""

import signal
import subprocess
import tempfile
from pathlib import Path

from market.engine.postgres import Postgres

# What only matters when the power fails. Whoever tests that starts a server of his own without these.
FAST = (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"), ("max_connections", "400"))


class ThrowawayPostgres:
    def __init__(self, *, settings: tuple[tuple[str, str], ...] = FAST) -> None:
        self._settings = settings

    def __enter__(self) -> Postgres:
        self._folder = tempfile.TemporaryDirectory(prefix="sightline-test-", ignore_cleanup_errors=True)
        home = Path(self._folder.name)
        home.chmod(0o711)  # run as root, the server is another user, who has to pass through
        postgres = Postgres(home / "postgres", home / "sockets", self._settings)
        postgres.prepare()
        log_path = home / "log"
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(
                postgres.command(), stdout=log, stderr=log, start_new_session=True, **postgres.run_as
            )
        while not postgres.answers():
            if self._process.poll() is not None:
                raise RuntimeError(log_path.read_text())
        postgres.ensure_database()
        return postgres

    @property
    def pid(self) -> int:
        return self._process.pid

    def __exit__(self, *_: object) -> None:
        self._process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
        self._process.wait(20)
        self._folder.cleanup()
