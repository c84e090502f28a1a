"""What the front answers when nobody is behind it."""

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from market.engine import house
from tests.integration.market.served import ask, free_port, until

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    home: Path = tmp_path_factory.mktemp("front")
    port, nobody = free_port(), free_port()
    environment = {
        **os.environ,
        "SIGHTLINE_SITES": f"http://:{port}",
        "SIGHTLINE_FRONT_OPTIONS": "default_bind 127.0.0.1",
        "SIGHTLINE_WSGI": f"127.0.0.1:{nobody}",
        "SIGHTLINE_ASGI": f"127.0.0.1:{nobody}",
        "XDG_DATA_HOME": str(home),
    }
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(house.front(https=False), env=environment, stdout=log, stderr=log, cwd=home)
    try:
        until(lambda: ask(port, "/").status == 503, within=90)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def test_the_fronts_own_refusal_carries_the_callers_request_id(port: int) -> None:
    began = time.monotonic()
    reply = ask(port, "/healthz", X_Request_Id="from-the-caller-1")
    assert (reply.status, reply.headers["x-request-id"]) == (503, "from-the-caller-1")
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "unavailable"
    assert time.monotonic() - began < 20


def test_it_makes_one_for_who_has_none_that_is_fit(port: int) -> None:
    assert re.fullmatch(r"[0-9a-f-]{36}", ask(port, "/healthz", X_Request_Id="<b>").headers["x-request-id"])
