"""An object store on loopback: it speaks S3's wire for one bucket, and does as it is told when it should fail.

That it speaks as Amazon's does is not its own word: each request's signature is computed again with `botocore`, and
a test has botocore's own client, which reads answers by the service's published model, talk to it.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar
from urllib.parse import unquote
from xml.sax.saxutils import escape

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.fakes.loopback import serving

KEY, SECRET, BUCKET, REGION = "AKIATEST", "se/cr+et", "evidence", "eu-test-1"
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/\d{8}/([^/]+)/s3/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]+)"
)


@dataclass
class Objects:
    endpoint: str
    kept: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # as "PUT name"
    failures: list[int] = field(default_factory=list)  # statuses to answer next, one each

    def address(self, **changes: str) -> str:
        said = {"key": KEY, "secret": "se%2Fcr%2Bet", "bucket": BUCKET} | changes
        return (
            f"s3://{said['key']}:{said['secret']}@{said['bucket']}/house/media?region={REGION}&endpoint={self.endpoint}"
        )


@contextmanager
def objects() -> Iterator[Objects]:
    with serving(_Handler) as port:
        told = _Handler.stores[port] = Objects(f"http://127.0.0.1:{port}")
        yield told
        del _Handler.stores[port]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stores: ClassVar[dict[int, Objects]] = {}

    def do_PUT(self) -> None:
        name, body = self._asked()
        if name is not None:
            self._told.kept[name] = body
            self._answer(200, headers={"ETag": _tag(body)})

    def do_GET(self) -> None:
        name, _ = self._asked()
        if name is not None:
            self._give(name)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_DELETE(self) -> None:
        name, _ = self._asked()
        if name is not None:
            self._told.kept.pop(name, None)
            self._answer(204)

    def _give(self, name: str) -> None:
        data = self._told.kept.get(name)
        if data is None:
            self._refuse(404, "NoSuchKey")
            return
        headers = {"ETag": _tag(data), "Last-Modified": formatdate(0, usegmt=True), "Accept-Ranges": "bytes"}
        self._answer(200, data, headers)

    def _asked(self) -> tuple[str | None, bytes]:
        """The object's name and the body, once signature and bucket are right; else it has answered already."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        bucket, _, name = unquote(self.path.partition("?")[0]).lstrip("/").partition("/")
        self._told.asked.append(f"{self.command} {name}")
        if self._told.failures:
            self._refuse(self._told.failures.pop(0), "InternalError")
        elif not self._is_signed(body):
            self._refuse(403, "SignatureDoesNotMatch")
        elif bucket != BUCKET:
            self._refuse(404, "NoSuchBucket")
        else:
            return name, body
        return None, b""

    def _is_signed(self, body: bytes) -> bool:
        said = _AUTHORIZATION.fullmatch(self.headers.get("Authorization", ""))
        if said is None or said.group(1) != KEY or said.group(2) != REGION:
            return False
        digest = self.headers.get("x-amz-content-sha256", "")
        if digest not in (hashlib.sha256(body).hexdigest(), "UNSIGNED-PAYLOAD"):
            return False
        headers = {name: self.headers[name] for name in said.group(3).split(";")}
        request = AWSRequest(self.command, f"{self._told.endpoint}{self.path}", headers, body)
        request.context["timestamp"] = self.headers["x-amz-date"]
        auth = S3SigV4Auth(Credentials(KEY, SECRET), "s3", REGION)
        signed: str = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
        return signed == said.group(4)

    def _refuse(self, status: int, code: str) -> None:
        body = f"<?xml version='1.0'?><Error><Code>{escape(code)}</Code><Message>no</Message></Error>".encode()
        self._answer(status, body, {"Content-Type": "application/xml"})

    def _answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """A test's output is for what went wrong."""

    @property
    def _told(self) -> Objects:
        assert isinstance(self.server, ThreadingHTTPServer)
        return self.stores[self.server.server_port]


def _tag(data: bytes) -> str:
    return f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'
