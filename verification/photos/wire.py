"""How the sandbox and its child speak: over pipes one line of JSON, then the bytes it announces; the picture itself
lies on a tray that both can see, and only one can write on.

JSON and bytes only, never pickles: the child handles hostile files, and what it answers may be hostile as well.
"""

import contextlib
import fcntl
import json
import mmap
import os
import select
import struct
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LARGEST = 80 * 1024 * 1024
_HEAD = struct.Struct(">I")
_CHUNK = 1 << 20


def widen(pipe: int) -> None:
    """A whole photo in a few turns instead of a hundred; a kernel that does not know how is slower, not wrong."""
    if hasattr(fcntl, "F_SETPIPE_SZ"):
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _CHUNK)


class Tray:
    """Memory that holds one picture at a time: this side writes it, the other side maps it, read-only.

    Through a pipe each picture is copied three times into pages that are new each time, which costs about an eighth of
    decoding it.
    """

    def __init__(self) -> None:
        # Both descriptors are of one nameless file; where there is no memory for that, a file already deleted.
        if sys.platform == "linux":
            self._writing = os.memfd_create("picture", os.MFD_CLOEXEC)
            self.reading = os.open(f"/proc/self/fd/{self._writing}", os.O_RDONLY | os.O_CLOEXEC)
        else:
            self._writing, name = tempfile.mkstemp()
            self.reading = os.open(name, os.O_RDONLY)
            Path(name).unlink()

    def lay(self, data: bytes) -> None:
        """Over what lay there before, of which nothing stays."""
        left, at = memoryview(data), 0
        while left:
            written = os.pwrite(self._writing, left, at)
            left, at = left[written:], at + written
        os.ftruncate(self._writing, at)

    def close(self) -> None:
        os.close(self._writing)
        os.close(self.reading)


def taken(reading: int) -> mmap.mmap:
    """What lies on the tray, without copying it."""
    return mmap.mmap(reading, 0, access=mmap.ACCESS_READ)


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
