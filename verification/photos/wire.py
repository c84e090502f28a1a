"""How the sandbox and its child speak over pipes: one line of JSON, then the bytes it announces.

JSON and bytes only, never pickles: the child handles hostile files, and what it answers may be hostile as well.
"""

import contextlib
import fcntl
import json
import os
import select
import struct
import time
from collections.abc import Sequence
from typing import Any

LARGEST = 80 * 1024 * 1024
_HEAD = struct.Struct(">I")
_CHUNK = 1 << 20


def widen(pipe: int) -> None:
    """A whole photo in a few turns instead of a hundred; a kernel that does not know how is slower, not wrong."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)


class Closed(Exception):
    """The other side is gone, or does not keep to the form."""


class TooSlow(Exception):
    """The other side did not answer in time."""


def write(pipe: int, message: dict[str, Any], blobs: Sequence[bytes] = ()) -> None:
    head = json.dumps({**message, "blobs": [len(blob) for blob in blobs]}).encode()
    try:
        for part in (_HEAD.pack(len(head)), head, *blobs):
            _write_all(pipe, part)
    except OSError as error:
        raise Closed(str(error)) from error


def read(pipe: int, *, deadline: float | None = None) -> tuple[dict[str, Any], list[bytes]]:
    (length,) = _HEAD.unpack(_read_all(pipe, _HEAD.size, deadline))
    if length > LARGEST:
        raise Closed("a message larger than any there is")
    try:
        message = json.loads(_read_all(pipe, length, deadline))
        sizes = [int(size) for size in message.pop("blobs")]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Closed("this is no message") from error
    if min(sizes, default=0) < 0 or sum(sizes) > LARGEST:
        raise Closed("a message larger than any there is")
    return message, [_read_all(pipe, size, deadline) for size in sizes]


def _write_all(pipe: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(pipe, left[:_CHUNK]) :]


def _read_all(pipe: int, size: int, deadline: float | None) -> bytes:
    parts = bytearray(size)
    at = 0
    while at < size:
        if deadline is not None:
            ready, _, _ = select.select([pipe], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TooSlow
        got = os.readv(pipe, [memoryview(parts)[at:]])
        if not got:
            raise Closed("the other side has closed")
        at += got
    return bytes(parts)
