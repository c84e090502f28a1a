"""A served house for tests: real processes on loopback, with a Postgres and a data folder of their own."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg

from market.config import ROOT, Config
from market.engine.postgres import Postgres
from tests import prepared
from tests.database import ThrowawayPostgres

_GRANIAN = ("-m", "granian", "--log-config", "market/engine/granian-logs.json", "--log-level", "info", "--no-ws")
WEB = (*_GRANIAN, "market.wsgi:application", "--interface", "wsgi", "--workers", "2", "--respawn-failed-workers")
WAITS = (*_GRANIAN, "market.asgi:application", "--interface", "asgi", "--workers", "1")
WORKER = ("-m", "celery", "-q", "-A", "market.celery", "worker", "--concurrency", "2", "--loglevel", "INFO")


@dataclass
class Reply:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Served:
    """Start what is wanted with `start`; everything ends with the `with` block."""

    def __init__(self, **environment: str) -> None:
        self._extra = environment
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> "Served":
        self.home = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="sightline-served-")))
        (self.home / "media").mkdir()
        prepared.furnish(self.home)
        self._database = ThrowawayPostgres(like=prepared.postgres())
        self.postgres: Postgres = self._stack.enter_context(self._database)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in _settings()},
            "SIGHTLINE_HOME": str(self.home),
            "DATABASE_URL": self.postgres.conninfo(),
            "DJANGO_SETTINGS_MODULE": "market.settings",
            **self._extra,
        }
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def run(self, words: list[str]) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.postgres.conninfo()) as connection:
            connection.execute(statement)

    def start(self, name: str, command: tuple[str, ...]) -> "subprocess.Popen[bytes]":
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self._stack.callback(_end, process)
        return process

    def serve(self, name: str, command: tuple[str, ...]) -> int:
        """Start a server and wait until it answers. Its port."""
        port = free_port()
        self.start(name, (*command, "--host", "127.0.0.1", "--port", str(port)))
        until(lambda: self.ask(port, "/healthz").status == 200, within=60)
        return port

    def ask(self, port: int, path: str, **headers: str) -> Reply:
        return ask(port, path, **headers)

    def log(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def lines(self, name: str) -> list[dict[str, Any]]:
        """The log, of which every line has to be a JSON object. What is just being written is no line yet."""
        written, _, _ = self.log(name).read_text().rpartition("\n")
        return [json.loads(line) for line in written.splitlines()]

    def freeze_database(self) -> None:
        self._signal_database(signal.SIGSTOP)

    def thaw_database(self) -> None:
        self._signal_database(signal.SIGCONT)

    def stop_database(self) -> None:
        self._database._process.send_signal(signal.SIGINT)
        self._database._process.wait(20)

    def start_database(self) -> None:
        self._database._process = subprocess.Popen(
            self.postgres.command(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self.postgres.run_as,
        )
        until(self.postgres.answers, within=90)

    def _signal_database(self, number: signal.Signals) -> None:
        # Its backends too: each of them leads a session of its own.
        server = psutil.Process(self._database._process.pid)
        server.send_signal(number)  # first: a server that is stopped starts no further ones
        for process in server.children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):  # one that had been about to end
                process.send_signal(number)


def ask(port: int, path: str, **headers: str) -> Reply:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    with contextlib.closing(connection):
        words = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request("GET", path, headers={"Host": "localhost", **words})
        answer = connection.getresponse()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], *, within: float) -> None:
    deadline = time.monotonic() + within
    while True:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if condition():
                return
        assert time.monotonic() < deadline, "it did not come to pass in time"
        time.sleep(0.02)


def _settings() -> Iterator[str]:
    yield from (name.upper() for name in Config.model_fields)


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
