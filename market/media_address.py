"""MEDIA_URL as an object store's bucket, and MEDIA_KEYS as keys. Nothing here reaches or opens anything."""

import base64
import binascii
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

_OPTIONS = ("endpoint", "region")
_KEY_BYTES = 32


class UnusableMediaAddress(ValueError):
    """Why MEDIA_URL or MEDIA_KEYS cannot be used, without any part of it: they hold secrets."""


@dataclass(frozen=True)
class Bucket:
    name: str
    prefix: str = ""
    endpoint: str = ""  # empty: Amazon's, for the region
    region: str = "us-east-1"
    key: str = ""  # empty: the machine's own role, or the environment
    secret: str = field(default="", repr=False)

    @property
    def encrypted(self) -> bool:
        return not self.endpoint.startswith("http://")


def read_media_address(url: str) -> Bucket | None:
    """s3://KEY:SECRET@bucket/prefix?region=…&endpoint=https://… ; all but the bucket may be left out."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
        named = parts.port
    except ValueError as error:
        raise UnusableMediaAddress("is not readable (a / in the secret is written as %2F)") from error
    if parts.scheme != "s3":
        raise UnusableMediaAddress("must begin with s3://")
    bucket = parts.netloc.rpartition("@")[2]
    if not bucket or named is not None:
        raise UnusableMediaAddress("names no bucket")
    if bool(parts.username) != bool(parts.password):
        raise UnusableMediaAddress("has a key without its secret, or a secret without its key")
    options = parse_qs(parts.query, keep_blank_values=True)
    if not options.keys() <= set(_OPTIONS):
        raise UnusableMediaAddress(f"takes no other options than {' and '.join(_OPTIONS)}")
    endpoint = options.get("endpoint", [""])[-1]
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise UnusableMediaAddress("has an endpoint that is no http:// or https:// address")
    return Bucket(
        name=bucket,
        prefix=parts.path.strip("/"),
        endpoint=endpoint.rstrip("/"),
        region=options.get("region", ["us-east-1"])[-1],
        key=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
    )


def read_media_keys(text: str) -> tuple[bytes, ...]:
    """Keys in base64 (either alphabet, padded or not), separated by commas."""
    return tuple(_key(word.strip()) for word in text.split(",")) if text else ()


def _key(word: str) -> bytes:
    plain = word.translate(str.maketrans("-_", "+/")).rstrip("=")
    try:
        key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except binascii.Error as error:
        raise UnusableMediaAddress("holds a key that is not base64") from error
    if len(key) != _KEY_BYTES:
        raise UnusableMediaAddress(f"holds a key that is not of {_KEY_BYTES} bytes")
    return key
