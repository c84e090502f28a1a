"""What the front answers by itself: where nobody is behind it, and in place of servers that say it without words."""

import contextlib
import http.client
import json
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from agents_api.door import Unavailable
from market.engine import house
from market.errors import DomainError
from market.limits import LARGEST_JSON, too_large
from market.problems import HeadersTooLarge, of_refusal
from tests.integration.market.served import ask, free_port, until

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    home: Path = tmp_path_factory.mktemp("front")
    port, nobody = free_port(), free_port()
    # Python's own server takes as many headers as ours do, and has no words of this house for more either.
    picky = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    threading.Thread(target=picky.serve_forever, daemon=True).start()
    environment = {
        **os.environ,
        "SIGHTLINE_SITES": f"http://:{port}",
        "SIGHTLINE_FRONT_OPTIONS": "default_bind 127.0.0.1",
        "SIGHTLINE_FRONT_PATIENCE": "300ms",  # nobody will come
        "SIGHTLINE_WSGI": f"127.0.0.1:{nobody}",
        "SIGHTLINE_ASGI": f"127.0.0.1:{picky.server_port}",
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
        picky.shutdown()
        picky.server_close()


def test_the_fronts_own_refusal_carries_the_callers_request_id(port: int) -> None:
    reply = ask(port, "/healthz", X_Request_Id="from-the-caller-1")
    assert (reply.status, reply.headers["x-request-id"]) == (503, "from-the-caller-1")
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["code"] == "unavailable"


def test_a_person_reads_words_and_a_program_its_problem(port: int) -> None:
    page = ask(port, "/nearby", Accept="text/html,*/*;q=0.8", X_Request_Id="from-the-caller-1")
    assert (page.status, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
    assert page.headers["x-request-id"] == "from-the-caller-1"
    assert b"looks again by itself" in page.body
    assert ask(port, "/v1/balance", Accept="text/html").headers["content-type"] == "application/problem+json"


def test_it_makes_one_for_who_has_none_that_is_fit(port: int) -> None:
    assert re.fullmatch(r"[0-9a-f-]{36}", ask(port, "/healthz", X_Request_Id="<b>").headers["x-request-id"])


def test_its_refusals_are_whole_problems(port: int) -> None:
    unavailable = ask(port, "/v1/balance", X_Request_Id="from-the-caller-1").json()
    assert unavailable == _as_told(Unavailable("This part of Sightline is starting or restarting."))


@pytest.mark.parametrize(("announced", "code"), [(1_000_000, "unavailable"), (1_000_001, "body_too_large")])
def test_what_is_too_large_for_a_program_to_send_goes_no_further(port: int, announced: int, code: str) -> None:
    headers = {"Host": "localhost", "X-Request-Id": "from-the-caller-1", "Content-Length": str(announced)}
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        # What is refused by what it announces need not be sent: a quarter of a megabyte is heard out, and no more.
        connection.request("POST", "/v1/quotes", b" " * (announced if code == "unavailable" else 300_000), headers)
        answer = connection.getresponse()
        problem = json.loads(answer.read())
    assert (answer.status, problem["code"]) == (problem["status"], code)
    if code == "body_too_large":
        assert problem == _as_told(too_large(LARGEST_JSON))


@pytest.mark.parametrize("headers", [150, 10_000])
def test_too_many_headers_are_refused_in_the_same_words(port: int, headers: int) -> None:
    many = {f"X-Header-{number}": "of no use" for number in range(headers)}
    reply = ask(port, "/v1/events/stream", Host="localhost", X_Request_Id="from-the-caller-1", **many)
    assert (reply.status, reply.headers["content-type"]) == (431, "application/problem+json")
    assert reply.json() == _as_told(HeadersTooLarge("A request may have 100 headers and 64 kB of them."))


def _as_told(refusal: DomainError) -> dict[str, Any]:
    """In the words of the processes behind it."""
    problem = of_refusal(refusal, at=datetime.now(UTC)).render(request_id="from-the-caller-1")
    return problem | {"type": f"http://localhost/docs/errors/{refusal.code}"}
