"""A Postgres that may be killed, and a process that asks for work as a request would."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import psycopg

from market.engine.postgres import Postgres
from tests import prepared
from tests.database import copy
from tests.workers import ROOT, Workers, workers

ASKER = """
import json, sys
import django
django.setup()
from django.db import connection, transaction
from structlog.contextvars import bound_contextvars
from market.work.operations import enqueue
import tests.worker_app
for line in sys.stdin:
    words = json.loads(line)
    with bound_contextvars(request_id=words.pop("request_id", None)), transaction.atomic():
        enqueue(**words)
    connection.close()
    print("asked", flush=True)
"""


class RealHouse:
    """Everything on a database server of its own."""

    def __init__(self, folder: Path) -> None:
        self._postgres = Postgres(folder / "postgres", folder / "sockets")
        self._postgres_log = folder / "postgres.log"
        self._run_as: dict[str, Any] = dict(self._postgres.run_as)
        self._server: subprocess.Popen[bytes] | None = None
        self._asker: subprocess.Popen[str] | None = None
        self.environment = {
            "DATABASE_URL": self._postgres.conninfo(),
            "SIGHTLINE_HOME": str(folder),
            "DJANGO_SETTINGS_MODULE": "market.settings",
        }

    def begin(self) -> None:
        copy(prepared.postgres(), self._postgres.data)
        self._postgres.prepare()
        self.start_postgres()

    def start_postgres(self) -> None:
        deadline = time.monotonic() + 180
        while not self._postgres.answers():
            if self._server is None or self._server.poll() is not None:
                # Right after a kill the last processes of the old server may still keep a new one out.
                with self._postgres_log.open("ab") as log:
                    self._server = subprocess.Popen(
                        self._postgres.command(),
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                        **self._run_as,
                    )
            assert time.monotonic() < deadline, self._postgres_log.read_text()
            time.sleep(0.05)

    def kill_postgres(self) -> None:
        assert self._server is not None
        os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()

    def postgres_said(self) -> str:
        return self._postgres_log.read_text()

    def ask(self, **words: str) -> None:
        """Enqueue, as a process that has been at it all the time: it keeps its pool of connections."""
        if self._asker is None:
            self._asker = subprocess.Popen(
                [sys.executable, "-c", ASKER],
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        stdin, stdout = _pipes(self._asker)
        stdin.write(json.dumps(words) + "\n")
        stdin.flush()
        assert stdout.readline() == "asked\n"

    def row(self, subject: str) -> dict[str, Any]:
        with psycopg.connect(self._postgres.conninfo(), row_factory=psycopg.rows.dict_row) as connection:
            row = connection.execute("SELECT * FROM work_work WHERE subject = %s", [subject]).fetchone()
        assert row is not None
        return row

    def wait_until_done(self, subject: str) -> dict[str, Any]:
        deadline = time.monotonic() + 120
        while (row := self.row(subject))["done_at"] is None:
            assert time.monotonic() < deadline, row
            time.sleep(0.02)
        return row

    def end(self) -> None:
        if self._asker is not None:
            stdin, stdout = _pipes(self._asker)
            stdin.close()
            self._asker.wait(20)
            stdout.close()
        if self._server is not None:
            self._server.send_signal(signal.SIGQUIT)
            self._server.wait(20)


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    assert process.stdin is not None
    assert process.stdout is not None
    return process.stdin, process.stdout


@contextmanager
def real_house() -> Iterator[tuple[RealHouse, Workers]]:
    with tempfile.TemporaryDirectory(prefix="sightline-house-", ignore_cleanup_errors=True) as folder:
        house = RealHouse(Path(folder))
        try:
            house.begin()
            with workers(house.environment) as crew:
                yield house, crew
        finally:
            house.end()
