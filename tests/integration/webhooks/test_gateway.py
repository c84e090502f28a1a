"""The gateway against real servers on loopback: where it goes, where it never goes, and how long it takes at most."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv4Address, ip_address
from pathlib import Path

import pytest

from market.webhooks import gateway
from market.webhooks.addresses import Address, read_networks
from market.webhooks.gateway import Fault, Outcome
from market.webhooks.policies import Reach, Target
from tests.receiver import Receiver, answer, certified

LOOPBACK = Reach(opened=read_networks(["127.0.0.0/8", "::1/128"]))
PRODUCTION = Reach()
HEADERS = [("content-type", "application/json"), ("webhook-id", "evt_1")]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver().running() as running:
        yield running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway, "SECONDS", 0.5)


def target(receiver: Receiver, host: str = "127.0.0.1", scheme: str = "http") -> Target:
    return Target(scheme, host, receiver.port, "/hook?a=b")


def post(to: Target, reach: Reach = LOOPBACK, **words: object) -> Outcome:
    return gateway.post(to, headers=HEADERS, body=b'{"a":1}', reach=reach, **words)  # type: ignore[arg-type]


def leading_to(*addresses: str) -> "Resolver":
    return Resolver([[ip_address(each) for each in addresses]])


class Resolver:
    """Answers with one list after another, as a name server does whose owner means no good."""

    def __init__(self, answers: list[list[Address]]) -> None:
        self._answers = answers
        self.asked = 0

    def __call__(self, host: str) -> Sequence[Address]:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]


def test_what_is_sent_arrives_as_it_was_written(receiver: Receiver) -> None:
    outcome = post(target(receiver))
    assert (outcome.status, outcome.fault, outcome.accepted) == (200, Fault.NONE, True)
    [got] = receiver.got
    assert (got.path, got.body, got.headers["webhook-id"]) == ("/hook?a=b", b'{"a":1}', "evt_1")
    assert got.headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "0177.0.0.1", "0"])
def test_no_spelling_of_loopback_is_reached_unless_it_was_opened(receiver: Receiver, host: str) -> None:
    outcome = post(target(receiver, host), PRODUCTION)
    assert (outcome.status, outcome.fault, receiver.connections) == (None, Fault.ADDRESS_REFUSED, 0)


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "::"]
)
def test_a_name_that_leads_inside_is_refused_even_where_loopback_is_open(receiver: Receiver, address: str) -> None:
    for reach in (PRODUCTION, LOOPBACK):
        outcome = post(target(receiver, "hooks.example.com"), reach, resolve=leading_to(address))
        assert outcome.fault == Fault.ADDRESS_REFUSED
    assert receiver.connections == 0


def test_a_name_with_one_address_inside_and_one_outside_is_refused(receiver: Receiver) -> None:
    for addresses in (("1.1.1.1", "127.0.0.1"), ("127.0.0.1", "1.1.1.1")):
        outcome = post(target(receiver, "hooks.example.com"), PRODUCTION, resolve=leading_to(*addresses))
        assert outcome.fault == Fault.ADDRESS_REFUSED
    assert receiver.connections == 0


def test_a_public_host_is_not_asked_on_an_odd_port_or_without_tls() -> None:
    for scheme, port in (("https", 22), ("https", 80), ("https", 5432), ("http", 80)):
        outcome = post(Target(scheme, "hooks.example.com", port, "/"), PRODUCTION, resolve=leading_to("1.1.1.1"))
        assert outcome.fault == Fault.ADDRESS_REFUSED


def test_the_connection_goes_to_the_address_that_was_checked_and_nobody_resolves_again(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolver = Resolver([[IPv4Address("127.0.0.1")], [IPv4Address("10.0.0.1")]])  # checked, then rebound
    connected: list[object] = []
    real = socket.socket.connect

    def connect(self: socket.socket, to: tuple[str, int]) -> None:
        connected.append(to)
        real(self, to)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("a name was resolved again"))
    outcome = post(target(receiver, "hooks.example.com"), resolve=resolver)
    assert (outcome.status, resolver.asked, connected) == (200, 1, [("127.0.0.1", receiver.port)])
    assert receiver.got[0].headers["host"] == f"hooks.example.com:{receiver.port}"


def test_tls_names_and_verifies_the_host_not_the_address(tmp_path: Path) -> None:
    shows, trusts = certified(tmp_path, "hooks.example.com")
    with Receiver(tls=shows).running() as receiver:
        resolve = leading_to("127.0.0.1")
        outcome = post(target(receiver, "hooks.example.com", "https"), resolve=resolve, tls=trusts)
        assert (outcome.status, receiver.got[0].server_name) == (200, "hooks.example.com")
        # The same server under another name, and for somebody who does not know its certificate.
        other = post(target(receiver, "other.example.com", "https"), resolve=resolve, tls=trusts)
        stranger = post(target(receiver, "hooks.example.com", "https"), resolve=resolve)
        assert (other.fault, stranger.fault, len(receiver.got)) == (Fault.NOT_SECURE, Fault.NOT_SECURE, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(receiver: Receiver, status: int) -> None:
    with Receiver().running() as inside:
        receiver.says = answer(status, Location=inside.url("/inside"))
        outcome = post(target(receiver))
        assert (outcome.status, outcome.accepted, inside.connections) == (status, False, 0)


def test_no_proxy_of_the_environment_is_asked(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver().running() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, proxy.url(""))
        assert (post(target(receiver)).status, proxy.connections) == (200, 0)


def test_a_closed_port_and_a_name_that_is_none_are_told_apart(receiver: Receiver) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]
    assert post(Target("http", "127.0.0.1", port, "/")).fault == Fault.NOT_REACHED
    assert post(target(receiver, "x.example.com"), resolve=leading_to()).fault == Fault.NAME_NOT_FOUND


def test_of_a_huge_answer_little_is_read_and_less_is_kept(receiver: Receiver) -> None:
    sent = 0

    def flood(connection: socket.socket, over: threading.Event) -> None:
        nonlocal sent
        connection.sendall(b"HTTP/1.1 500 X\r\nContent-Length: 10000000000\r\n\r\n")
        with suppress(OSError):
            while not over.is_set():
                sent += connection.send(b"\x1b[31mred\x00" * 10_000)

    receiver.behave = flood
    outcome = post(target(receiver))
    assert (outcome.status, len(outcome.excerpt)) == (500, 1_000)
    assert outcome.excerpt.isprintable() or "\n" in outcome.excerpt
    assert sent < 50_000_000  # what the buffers of two sockets hold, and no more


def test_a_yes_is_a_yes_whatever_follows_it(receiver: Receiver) -> None:
    def dawdle(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 204 X\r\nTransfer-Encoding: chunked\r\n\r\nnonsense")
        over.wait(20)

    receiver.behave = dawdle
    assert post(target(receiver)).accepted


@pytest.mark.usefixtures("hurried")
@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 103 X\r\n\r\n"])
def test_an_answer_that_drips_is_given_up_when_all_of_it_takes_too_long(receiver: Receiver, beginning: bytes) -> None:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(beginning)
        with suppress(OSError):
            while not over.wait(0.05):
                connection.sendall(beginning if beginning.startswith(b"HTTP/1.1 103") else b"X-More: x\r\n")

    receiver.behave = drip
    outcome = post(target(receiver))
    assert outcome.fault in ((Fault.TOO_SLOW, Fault.NO_HTTP) if not beginning else (Fault.TOO_SLOW,))
    assert outcome.milliseconds < 5_000


@pytest.mark.usefixtures("hurried")
def test_a_server_that_says_nothing_and_a_name_server_that_says_nothing_are_given_up(receiver: Receiver) -> None:
    over = threading.Event()

    def never(host: str) -> Sequence[Address]:
        over.wait(20)
        return []

    receiver.behave = lambda connection, over: (over.wait(20), None)[1]
    try:
        assert post(target(receiver)).fault == Fault.TOO_SLOW
        assert post(target(receiver, "slow.example.com"), resolve=never).fault == Fault.TOO_SLOW
    finally:
        over.set()


@pytest.mark.usefixtures("hurried")
def test_a_tls_handshake_that_never_ends_is_given_up() -> None:
    with Receiver(behave=lambda connection, over: None).running() as receiver:  # it waits for a request in the clear
        assert post(target(receiver, scheme="https")).fault in (Fault.TOO_SLOW, Fault.NOT_SECURE)


@pytest.mark.parametrize(
    "nonsense",
    [
        *(b"", b"\x00" * 1000, b"SSH-2.0-OpenSSH_9\r\n\r\n", b"HTTP/1.1 99999 X\r\n\r\n", b"HTTP/1.1 2 X\r\n\r\n"),
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    ],
)
def test_what_is_no_http_is_a_failure_and_never_an_error_of_ours(receiver: Receiver, nonsense: bytes) -> None:
    receiver.says = nonsense
    outcome = post(target(receiver))
    assert (outcome.status, outcome.fault) == (None, Fault.NO_HTTP)
