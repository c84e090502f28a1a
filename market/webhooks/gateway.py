"""The one gateway to strangers' servers: a POST to an address that somebody else has chosen.

The name is resolved here, every address that it has is checked, and the connection is made to one of those very
addresses: what the name leads to a moment later does not matter. TLS and the Host header still say the name. No proxy
and no setting of the environment is asked, no redirect is followed, no cookie kept. Everything together takes at most
`SECONDS`, however slowly it comes, and little of an answer is read.
"""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from ipaddress import IPv6Address, ip_address
from typing import Any

import httpcore2

from market.webhooks.addresses import Address, is_in, is_public
from market.webhooks.policies import PORTS, Reach, Target

SECONDS = 10.0
_MOST_READ = 16 * 1024
_LONGEST_EXCERPT = 1_000

Resolve = Callable[[str], Sequence[Address]]


class Fault(StrEnum):
    """Why there is no answer."""

    NONE = ""
    NAME_NOT_FOUND = "name_not_found"
    ADDRESS_REFUSED = "address_refused"
    NOT_REACHED = "not_reached"
    NOT_SECURE = "not_secure"
    TOO_SLOW = "too_slow"
    NO_HTTP = "no_http"


@dataclass(frozen=True, slots=True)
class Outcome:
    status: int | None
    fault: Fault
    excerpt: str
    milliseconds: int

    @property
    def accepted(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


class _Failed(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class _NotSecure(httpcore2.ConnectError):
    """There is somebody, who cannot show that it is the host of that name."""


def resolve(host: str) -> Sequence[Address]:
    """What the system says that this name is. An address is its own name; words such as 0x7f.1 end here as well."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [ip_address(str(sockaddr[0])) for _, _, _, _, sockaddr in found]


def post(
    target: Target,
    *,
    headers: Iterable[tuple[str, str]],
    body: bytes,
    reach: Reach,
    resolve: Resolve = resolve,
    tls: ssl.SSLContext | None = None,
) -> Outcome:
    """Send it, and answer what came of it. Nothing is raised for what a stranger's server does."""
    began = time.monotonic()
    deadline = _Deadline(began + SECONDS)
    status, fault, excerpt = None, Fault.NONE, b""
    try:
        addresses = _allowed(_resolved(target.host, resolve, deadline), target, reach)
        pool = httpcore2.ConnectionPool(
            ssl_context=tls or _tls(), network_backend=_Pinned(addresses, deadline), max_connections=1, retries=0
        )
        url = httpcore2.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        with (
            pool,
            pool.stream("POST", url, headers=_with_host(headers, target, body), content=body) as response,
        ):
            status = response.status
            if not 200 <= status < 300:  # of a yes nothing more is wanted, and nothing waited for
                excerpt = _some_of(response)
    except _Failed as failed:
        fault = failed.fault
    except httpcore2.TimeoutException:
        fault = Fault.TOO_SLOW
    except _NotSecure:
        fault = Fault.NOT_SECURE
    except httpcore2.NetworkError:
        fault = Fault.NOT_REACHED
    except (httpcore2.ProtocolError, UnicodeError, ValueError):
        fault = Fault.NO_HTTP
    if status is not None:
        fault = Fault.NONE  # it has answered; what went wrong with the rest of its answer changes nothing
    return Outcome(status, fault, _printable(excerpt), int((time.monotonic() - began) * 1000))


class _Deadline:
    def __init__(self, at: float) -> None:
        self._at = at

    def left(self) -> float:
        left = self._at - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for all of it is over")
        return left


def _resolved(host: str, resolve: Resolve, deadline: _Deadline) -> Sequence[Address]:
    """In a thread that may be left behind: the system's resolver takes no time limit."""
    found: list[Address] = []
    ended = threading.Event()

    def ask() -> None:
        try:
            found.extend(resolve(host))
        except (OSError, ValueError):
            pass  # nothing was found, and that is what is answered
        finally:
            ended.set()

    threading.Thread(target=ask, name="webhook name", daemon=True).start()
    if not ended.wait(deadline.left()):
        raise _Failed(Fault.TOO_SLOW)
    return list(found)


def _allowed(addresses: Sequence[Address], target: Target, reach: Reach) -> Sequence[Address]:
    if not addresses:
        raise _Failed(Fault.NAME_NOT_FOUND)
    # All of them: a name that leads into the house and out of it is somebody's trick.
    for address in addresses:
        if is_in(address, reach.opened):
            continue
        if not is_public(address) or target.port not in PORTS[target.scheme] or target.scheme != "https":
            raise _Failed(Fault.ADDRESS_REFUSED)
    return addresses


class _Pinned(httpcore2.NetworkBackend):
    """Connects to the addresses that were checked, whatever name it is told."""

    def __init__(self, addresses: Sequence[Address], deadline: _Deadline) -> None:
        self._addresses = addresses
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        for address in self._addresses[:3]:
            try:
                return _Timed(_connect(address, port, self._deadline.left()), self._deadline)
            except TimeoutError as error:
                raise httpcore2.ConnectTimeout("no connection in time") from error
            except OSError:
                continue  # another address of the same name may answer
        raise httpcore2.ConnectError("no address answers")


def _connect(address: Address, port: int, timeout: float) -> socket.socket:
    family = socket.AF_INET6 if isinstance(address, IPv6Address) else socket.AF_INET
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(timeout)
        made.connect((str(address), port))  # an address, so nothing is resolved again
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        made.close()
        raise
    return made


class _Timed(httpcore2.NetworkStream):
    """A socket on which everything together has to be done in time, not only each of its reads."""

    def __init__(self, connected: socket.socket, deadline: _Deadline) -> None:
        self._socket = connected
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._deadline.left())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore2.ReadTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(self._deadline.left())  # of sendall this is the limit for all of it
        try:
            self._socket.sendall(buffer)
        except TimeoutError as error:
            raise httpcore2.WriteTimeout(str(error)) from error
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        self._socket.settimeout(self._deadline.left())
        try:
            return _Timed(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except TimeoutError as error:
            self.close()
            raise httpcore2.ConnectTimeout(str(error)) from error
        except ssl.SSLError as error:
            self.close()
            raise _NotSecure(str(error)) from error
        except OSError as error:
            self.close()
            raise httpcore2.ConnectError(str(error)) from error

    def get_extra_info(self, info: str) -> Any:
        return None


@cache
def _tls() -> ssl.SSLContext:
    return httpcore2.default_ssl_context()


def _with_host(headers: Iterable[tuple[str, str]], target: Target, body: bytes) -> list[tuple[bytes, bytes]]:
    host = f"[{target.host}]" if ":" in target.host else target.host
    usual = PORTS[target.scheme][0]
    own = [
        ("host", host if target.port == usual else f"{host}:{target.port}"),
        ("content-length", str(len(body))),
        ("connection", "close"),
        ("accept", "*/*"),
        ("accept-encoding", "identity"),
    ]
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in (*own, *headers)]


def _some_of(response: httpcore2.Response) -> bytes:
    """The beginning of what was answered. A body that breaks off or dawdles is as good as its beginning."""
    read = b""
    try:
        for piece in response.iter_stream():
            read += piece
            if len(read) >= _MOST_READ:
                break
    except (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError):
        pass
    return read


def _printable(data: bytes) -> str:
    text = data[: 4 * _LONGEST_EXCERPT].decode("utf-8", "replace")
    return "".join(letter if letter.isprintable() or letter == "\n" else "\ufffd" for letter in text)[:_LONGEST_EXCERPT]
