"""A house of its own for a test: `python -m market.engine` in a data folder that nobody else has."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.message import Message
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import psycopg

from market.engine.layout import Layout
from market.engine.leftovers import MARK
from market.engine.postgres import Postgres

ROOT = Path(__file__).resolve().parents[3]
_OF_THE_TEST_RUN = ("DATABASE_URL", "DATABASE_POOL_SIZE", "WEBHOOK_ALLOWED_NETWORKS")
_PATIENCE = 180.0  # a busy machine may take a minute to start a house; nothing here is measured by it
_T = TypeVar("_T")
# How each process of the house is told from the others.
_WORDS = {
    "web": "market.wsgi:application",
    "waits": "market.asgi:application",
    "worker": " worker ",
    "beat": " beat ",
    "front": "Caddyfile",
    "postgres": " -D ",
}


def free_port() -> int:
    """With the next one, where `--https` puts a page."""
    while True:
        with socket.socket() as probe, socket.socket() as beside:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
            with suppress(OSError, OverflowError):
                beside.bind(("127.0.0.1", port + 1))
                return port


def until(ask: Callable[[], _T], *, what: str, within: float = _PATIENCE) -> _T:
    """Ask until the answer is a true one."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        threading.Event().wait(0.05)
    raise AssertionError(f"not within {within:.0f} s: {what}")


def environment(home: Path, **more: str) -> dict[str, str]:
    """Ours, without what a test run says about the database and the data folder."""
    ours = {name: value for name, value in os.environ.items() if name not in _OF_THE_TEST_RUN}
    # One of each is enough to be killed, and every process more has all of Django to load.
    small = {"WEB_PROCESSES": "1", "TASK_PROCESSES": "1"}
    return {**ours, **small, "SIGHTLINE_HOME": str(home), **more}


def living(home: Path) -> list[psutil.Process]:
    """Every process that belongs to a house on this data folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get(MARK) == str(home)
                or (process.name() == "postgres" and process.cwd() == str(Layout(home).postgres))
            ):
                found.append(process)
    return found


class RunningHouse:
    def __init__(self, home: Path, *words: str, **more: str) -> None:
        self.home = home
        self.port = free_port()
        self._output: list[str] = []
        self.process = subprocess.Popen(
            [sys.executable, "-m", "market.engine", "--port", str(self.port), *words],
            cwd=ROOT,
            env=environment(home, **more),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            self._output.extend(lines)

    @property
    def said(self) -> str:
        return "".join(self._output)

    def wait_until_it_says(self, words: str) -> None:
        def is_said() -> bool:
            assert words in self.said or self.process.poll() is None, self.said
            return words in self.said

        until(is_said, what=f"{words!r} in {self.said}")

    def wait_until_up(self) -> None:
        self.wait_until_it_says("Sightline is up")

    def status(self, path: str) -> int:
        """The answer's status; 0 where nobody answers."""
        return self.answer(path)[0]

    def answer(self, path: str, **headers: str) -> tuple[int, Message]:
        asked = Request(
            f"http://127.0.0.1:{self.port}{path}",
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urlopen(asked, timeout=15) as response:
                return response.status, response.headers
        except HTTPError as error:
            with error:
                return error.code, error.headers
        except OSError:
            return 0, Message()

    def is_ready(self) -> bool:
        return self.status("/readyz") == 200

    def pids(self) -> dict[str, int]:
        """Of the processes that bin/up itself has started."""
        found: dict[str, int] = {}
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.Error):
                words = " ".join(child.cmdline())
                found |= {name: child.pid for name, mark in _WORDS.items() if mark in words}
        return found

    def connect(self) -> "psycopg.Connection[tuple[object, ...]]":
        layout = Layout(self.home)
        return psycopg.connect(Postgres(layout.postgres, layout.sockets).conninfo(), autocommit=True)

    def facts(self) -> dict[str, object]:
        found: dict[str, object] = json.loads((self.home / "run" / "up.json").read_text())
        return found

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        return code

    def clean_up(self) -> None:
        """After a test, whatever has become of it, and at once: how it stops is asked elsewhere."""
        self.stop(signal.SIGKILL)
        for process in living(self.home):
            with suppress(psutil.NoSuchProcess):
                process.kill()
