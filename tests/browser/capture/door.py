"""A second web process of the same house, that can be taken away, and another put in its place."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.request import urlopen

from market.config import ROOT, config
from market.engine import house as words
from tests.browser.conftest import House, _free_port, until


class Door:
    def __init__(self, house: House) -> None:
        self._house, self.port = house, _free_port()
        self.url = f"http://localhost:{self.port}"

    def open(self, *, code: Path = ROOT, environment: Mapping[str, str] | None = None) -> None:
        with (self._house.home / "second-log").open("wb") as log:
            self._process = subprocess.Popen(
                words.web(config, "--host", "127.0.0.1", "--port", str(self.port)),
                cwd=code,
                env={**(environment or self._house.environment), "WEB_PROCESSES": "1"},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until(lambda: self._process.poll() is not None or self._answers(), seconds=90)
        assert self._process.poll() is None, (self._house.home / "second-log").read_text()

    def _answers(self) -> bool:
        """It listens some seconds before it does: until then every connection is reset."""
        try:
            with urlopen(f"{self.url}/sw.js", timeout=30) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def close(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(20)


@contextmanager
def opened(house: House) -> Iterator[Door]:
    door = Door(house)
    door.open()
    try:
        yield door
    finally:
        door.close()


class _Away(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(503)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def nobody_behind(port: int) -> Iterator[None]:
    """What stands in front of the house when nobody in it answers."""
    with ThreadingHTTPServer(("127.0.0.1", port), _Away) as front:
        thread = Thread(target=front.serve_forever)
        thread.start()
        try:
            yield
        finally:
            front.shutdown()
            thread.join()
