"""A stranger's server on loopback, for webhooks: it does what a test tells it to, and remembers what it got."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def answer(status: int, body: bytes = b"", **headers: str) -> bytes:
    """One answer is all that a connection gets, and it says so: who asks again at once must not ask on a dying one."""
    always = {"Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in (always | headers).items())]
    return "\r\n".join([*lines, "", ""]).encode() + body


OK = answer(200, b"OK")


@dataclass
class Got:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    server_name: str | None = None  # what TLS was asked for


Behave = Callable[[socket.socket, threading.Event], None]


@dataclass
class Receiver:
    """Answers each connection with `says`, or does what `behave` does with it after the request was read."""

    says: bytes = OK
    behave: Behave | None = None
    tls: ssl.SSLContext | None = None
    got: list[Got] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _names: list[str | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._heard = threading.Condition()
        self._over = threading.Event()
        if self.tls is not None:
            self.tls.sni_callback = lambda _, name, __: self._names.append(name)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def wait_for(self, number: int, within: float = 120) -> list[Got]:
        with self._heard:
            assert self._heard.wait_for(lambda: len(self.got) >= number, within), f"{len(self.got)} of {number}"
            return list(self.got)

    @contextmanager
    def running(self) -> Iterator["Receiver"]:
        with socket.create_server(("127.0.0.1", self.port)) as server:
            self.port = server.getsockname()[1]
            self._over.clear()
            threads: list[threading.Thread] = []
            accepting = threading.Thread(target=self._accept, args=[server, threads], daemon=True)
            accepting.start()
            try:
                yield self
            finally:
                self._over.set()
                server.shutdown(socket.SHUT_RDWR)
                accepting.join(10)
                for thread in threads:
                    thread.join(10)

    def _accept(self, server: socket.socket, threads: list[threading.Thread]) -> None:
        while not self._over.is_set():
            with suppress(OSError):
                connection, _ = server.accept()
                self.connections += 1
                threads.append(threading.Thread(target=self._serve, args=[connection], daemon=True))
                threads[-1].start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(20)
        with suppress(OSError), connection:
            wrapped = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with wrapped:
                got = self._read(wrapped)
                with self._heard:
                    self.got.append(got)
                    self._heard.notify_all()
                if self.behave is None:
                    wrapped.sendall(self.says)
                else:
                    self.behave(wrapped, self._over)

    def _read(self, connection: socket.socket) -> Got:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = connection.recv(65536)
            if not piece:
                raise OSError("went away")
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        while len(body) < int(headers["content-length"]):
            piece = connection.recv(65536)
            if not piece:  # the sender was killed in the middle of it
                raise OSError("went away")
            body += piece
        return Got(first.split()[1], headers, body, self._names[-1] if self._names else None)


def certified(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A certificate for a name: the context that shows it, and one that trusts it and nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / f"{name}.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    shows = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shows.load_cert_chain(pem)
    trusts = ssl.create_default_context(cadata=made.public_bytes(serialization.Encoding.PEM).decode())
    return shows, trusts
