"""Real Celery processes for a test or a bench, on a database of its choice."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Process:
    """A Celery process and its log."""

    def __init__(self, words: list[str], log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "tests.worker_app", *words],
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                start_new_session=True,
            )

    def wait_for(self, words: str, within: float = 180) -> None:
        deadline = time.monotonic() + within
        while words not in self.said():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"no {words!r} in: {self.said()}")
            time.sleep(0.02)

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def kill(self) -> None:
        """The whole of it, children too, in the middle of whatever they are at."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.kill()
                raise


class Listener:
    """The socket that work in the tests tells."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder / "told")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)

    def hear(self, within: float = 180) -> str:
        self._socket.settimeout(within)
        return self._socket.recv(1000).decode()

    def allow(self) -> None:
        (self.folder / "allowed").touch()

    def close(self) -> None:
        self._socket.close()


class Workers:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._stack = ExitStack()
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="sightline-work-")))
        self._environment = environment
        self.all: list[Process] = []

    def worker(self, environment: Mapping[str, str] | None = None, *, concurrency: int = 2) -> Process:
        words = ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
        started = self._start(["worker", *words], environment)
        started.wait_for("ready.")
        return started

    def beat(self, environment: Mapping[str, str] | None = None) -> Process:
        schedule = str(self._folder / f"schedule-{len(self.all)}")
        started = self._start(["beat", "--schedule", schedule, "--pidfile", "", "--loglevel", "WARNING"], environment)
        started.wait_for("Starting")
        return started

    def listener(self) -> Listener:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="sightline-told-")))
        listener = Listener(folder)
        self._stack.callback(listener.close)
        return listener

    def _start(self, words: list[str], environment: Mapping[str, str] | None) -> Process:
        process = Process(words, self._folder / f"{len(self.all)}.log", {**self._environment, **(environment or {})})
        self.all.append(process)
        self._stack.callback(process.stop)
        return process

    def close(self) -> None:
        self._stack.close()


@contextmanager
def workers(environment: Mapping[str, str]) -> Iterator[Workers]:
    own = Workers(environment)
    try:
        yield own
    finally:
        own.close()
