"""A Postgres for one test run: fast, because nothing it holds has to outlive a power cut, and gone afterwards."""

import signal
import subprocess
import tempfile
import time
from pathlib import Path

from market.engine.postgres import Postgres

# What only matters when the power fails. Whoever tests that starts a server of his own without these.
FAST = (("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"), ("max_connections", "400"))


class ThrowawayPostgres:
    """`like` is the folder of a server that does not run: this one begins with a copy of all that is in it."""

    def __init__(self, *, settings: tuple[tuple[str, str], ...] = FAST, like: Path | None = None) -> None:
        self._settings = settings
        self._like = like

    def __enter__(self) -> Postgres:
        self._folder = tempfile.TemporaryDirectory(prefix="sightline-test-", ignore_cleanup_errors=True)
        home = Path(self._folder.name)
        home.chmod(0o711)  # run as root, the server is another user, who has to pass through
        postgres = Postgres(home / "postgres", home / "sockets", self._settings)
        if self._like:
            copy(self._like, postgres.data)
        postgres.prepare()
        log_path = home / "log"
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(
                postgres.command(), stdout=log, stderr=log, start_new_session=True, **postgres.run_as
            )
        while not postgres.answers():
            time.sleep(0.01)  # asked without a pause, it would have to share its core with who asks
            if self._process.poll() is not None:
                raise RuntimeError(log_path.read_text())
        postgres.ensure_database()
        return postgres

    @property
    def pid(self) -> int:
        return self._process.pid

    def keep(self, postgres: Postgres, folder: Path) -> None:
        """Stop it in an orderly way, and put what it holds where others can begin with it."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait(120)
        copy(postgres.data, folder)

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)  # at once: nothing is to be kept
            self._process.wait(20)
        self._folder.cleanup()


def copy(folder: Path, to: Path) -> None:
    """With owners and times: a server refuses files of others, and what is older than its source is made anew."""
    to.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", str(folder), str(to)], check=True)
