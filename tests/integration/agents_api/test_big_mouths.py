"""Clients that send too much, too slowly, or nonsense: to real servers, which refuse and go on serving."""

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator

import pytest

from tests.integration.market.served import WAITS, WEB, Served

# Their start counts into the time of the first one, on a machine that may be busy.
pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def house() -> Iterator[Served]:
    with Served() as served:
        yield served


@pytest.fixture(scope="module")
def wsgi(house: Served) -> int:
    return house.serve("web", WEB)


@pytest.fixture(scope="module")
def asgi(house: Served) -> int:
    return house.serve("waits", WAITS)


@pytest.fixture(params=["wsgi", "asgi"])
def port(request: pytest.FixtureRequest) -> int:
    return int(request.getfixturevalue(request.param))


class Line:
    """A connection on which anything can be said."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)

    def say(self, *parts: bytes) -> "Line":
        # A server that has heard enough hangs up, and its answer is there all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for part in parts:
                self._socket.sendall(part)
        return self

    def hear(self) -> tuple[int, str, bytes]:
        with contextlib.closing(self._socket):
            answer = http.client.HTTPResponse(self._socket)
            answer.begin()
            return answer.status, answer.headers["Content-Type"], answer.read()


def head(path: str, *lines: str, method: str = "POST") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *lines, "", ""]).encode()


def refused(line: Line, *codes: str) -> None:
    status, kind, body = line.hear()
    assert 400 <= status < 500, (status, body)
    assert kind == "application/problem+json", body
    assert json.loads(body)["code"] in codes


@pytest.fixture(autouse=True)
def they_go_on_serving(house: Served, wsgi: int, asgi: int) -> Iterator[None]:
    yield
    assert [house.ask(each, "/healthz").status for each in (wsgi, asgi)] == [200, 200]


def test_an_announced_body_that_is_too_large_is_refused_unread(port: int) -> None:
    refused(
        Line(port).say(head("/v1/agents", "Content-Type: application/json", "Content-Length: 1000001")),
        "body_too_large",
    )


def test_a_body_that_does_not_say_how_large_it_is_gets_no_further(port: int) -> None:
    chunk = b"186a0\r\n" + b" " * 100_000 + b"\r\n"
    line = Line(port).say(head("/v1/agents", "Content-Type: application/json", "Transfer-Encoding: chunked"))
    # The WSGI side reads no body without a length: there it is an empty one.
    refused(line.say(*[chunk] * 12, b"0\r\n\r\n"), "body_too_large", "missing_field")


def test_ten_thousand_headers_are_refused(port: int) -> None:
    many = [f"X-{number}: {number}" for number in range(10_000)]
    status, _, _ = Line(port).say(head("/v1/balance", *many, method="GET")).hear()
    assert 400 <= status < 500


def test_one_long_header_is_refused(port: int) -> None:
    status, _, _ = Line(port).say(head("/v1/balance", "X-Long: " + "a" * 2_000_000, method="GET")).hear()
    assert 400 <= status < 500


REFUSED_AT_THE_DOOR = [(401, "invalid_key"), (401, "not_authenticated"), (406, "not_acceptable")]
DEEP = b"[" * 100_000


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("application/json", DEEP, "malformed_json"),
        ("application/json", b'{"name":' * 50_000, "malformed_json"),
        ("application/json", b'{"name": "\xff"}', "malformed_json"),
        ("application/json; charset=utf-16", '{"name": "Bot"}'.encode("utf-16"), "malformed_json"),
        ("text/plain", b"name=Bot", "unsupported_media_type"),
        ("multipart/form-data; boundary=", b"--", "unsupported_media_type"),
        ("application/json\\", b"{}", "unsupported_media_type"),
        ("", b'{"name": "Bot"}', "unsupported_media_type"),
    ],
)
def test_nonsense_is_refused(port: int, kind: str, body: bytes, code: str) -> None:
    lines = [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    refused(Line(port).say(head("/v1/agents", *lines), body), code, "too_many_calls")


@pytest.mark.parametrize("lines", [["Authorization: Bearer sl_test_no"], ["Accept: text/html"], []], ids=str)
def test_a_worker_that_refuses_has_heard_the_caller_out(wsgi: int, lines: list[str]) -> None:
    """Were bytes left unread, the connection would be reset, and the answer lost on its way through the front."""
    body = b" " * 900_000
    begin = [*lines, "Host: localhost", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    with socket.create_connection(("127.0.0.1", wsgi), timeout=60) as line:
        for _ in range(2):  # once more on the same connection, which is as good as new
            line.sendall("\r\n".join(["POST /v1/bounties HTTP/1.1", *begin, "", ""]).encode() + body)
            answer = http.client.HTTPResponse(line)
            answer.begin()
            assert (answer.status, json.loads(answer.read())["code"]) in REFUSED_AT_THE_DOOR
