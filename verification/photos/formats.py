"""What a file is and how large its picture is, read from the header alone: before anything is decoded.

An explicit list of formats; everything else is refused by name. What is odd but harmless is noted: the bytes as
uploaded are never delivered, so a note is enough where nothing is hidden.
"""

import io
import mmap
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, ClassVar

from market.errors import DomainError

LARGEST_BYTES = 25 * 1024 * 1024
LARGEST_PIXELS = 60_000_000
SMALLEST_SIDE = 64


class RefusedPicture(DomainError):
    """A file that will not be looked at any further. Each reason has a code of its own."""

    code = "refused_picture"
    fix = "Send the photo as the camera made it: JPEG, PNG, WebP, HEIC or AVIF."


class UnknownFormat(RefusedPicture):
    """The file is of no picture format that is taken."""

    code = "unknown_picture_format"


class FileTooLarge(RefusedPicture):
    """The picture's file is too large."""

    code = "file_too_large"
    fix = "Send a file of at most 25 MB."


class TooManyPixels(RefusedPicture):
    """The picture is too large to be decoded."""

    code = "too_many_pixels"
    fix = "Send a picture of at most 60 megapixels."


class TooFewPixels(RefusedPicture):
    """The picture is too small to show anything."""

    code = "too_few_pixels"
    fix = "Send the picture in the size the camera made it."


class BrokenPicture(RefusedPicture):
    """The picture cannot be decoded."""

    code = "broken_picture"
    fix = "The file is cut off or damaged: send it again."


class AnimatedPicture(RefusedPicture):
    """The picture moves, and one that stands still was asked for."""

    code = "animated_picture"
    fix = "Send a still photo."


class HidingPicture(RefusedPicture):
    """The file holds more than the picture."""

    code = "hiding_picture"
    fix: ClassVar[str] = "The file is a picture and something else besides. Send the photo as the camera made it."


@dataclass(frozen=True, slots=True)
class Header:
    format: str
    width: int  # as stored, before orientation
    height: int
    notes: tuple[str, ...] = ()
    # Everything that is said about the picture stands before this byte; 0 where it may stand anywhere.
    says_until: int = 0


# A file's bytes, or the memory in which the decoding child finds them.
Data = bytes | mmap.mmap


def stream(data: Data) -> BinaryIO:
    """The bytes as a file with a place of its own to read on from, and without copying them."""
    return io.BytesIO(data) if isinstance(data, bytes) else io.BufferedReader(_Window(data), 1 << 16)


class _Window(io.RawIOBase):
    def __init__(self, data: mmap.mmap) -> None:
        self._view = memoryview(data)
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: len(self._view)}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, target: "bytearray | memoryview") -> int:  # type: ignore[override]
        part = self._view[self._at : self._at + len(target)]
        target[: len(part)] = part
        self._at += len(part)
        return len(part)


# Behind a picture's end phones keep motion clips and depth maps. These are what nobody's camera writes there.
_FOREIGN = re.compile(rb"%PDF-|<\?php|<script|<html|<!doctype|Rar!\x1a\x07", re.IGNORECASE)
_PROGRAMS = (b"\x7fELF", b"MZ")
_ZIP_END = b"PK\x05\x06"
_BITE = 1 << 18
_ZIP_TAIL = 66_000  # a zip archive is read from its end, which lies no further in than this
# The next marker in compressed data: FF, and then neither a stuffed zero nor a restart nor more filling.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_SEQUENCES = frozenset({b"avis", b"msf1", b"hevc", b"hevx"})
_HEIF = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1"})


def inspect(data: Data) -> Header:
    """Refuses what may not be decoded, or says what it is."""
    if len(data) > LARGEST_BYTES:
        raise FileTooLarge(f"The file has {len(data)} bytes.", facts={"size_bytes": len(data)})
    try:
        header = _read(data)
    except (struct.error, IndexError) as error:
        raise BrokenPicture("The file ends inside its own header.") from error
    if header.width * header.height > LARGEST_PIXELS:
        raise TooManyPixels(f"The picture has {header.width} x {header.height} pixels.")
    if min(header.width, header.height) < SMALLEST_SIDE:
        raise TooFewPixels(f"The picture has {header.width} x {header.height} pixels.")
    return header


def _read(data: Data) -> Header:
    if data[:3] == b"\xff\xd8\xff":
        return _jpeg(data)
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _png(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp":
        return _heif(data)
    raise UnknownFormat("This file is of a format that is not taken.")


def _jpeg(data: Data) -> Header:
    size: tuple[int, int] | None = None
    at, says_until = 2, 0
    while True:
        found = _MARKER.search(data, at)
        if found is None:
            break  # no end marker: the decoder will say whether the picture is whole
        marker, at = found.group(1)[0], found.end()
        if marker == 0xD9:
            break
        if marker in (0x01, 0xD8):
            continue
        if marker == 0xDA and size is not None:
            says_until, at = at, _end_of_compressed(data, at)
            break
        (length,) = struct.unpack_from(">H", data, at)
        if marker in range(0xC0, 0xD0) and marker not in (0xC4, 0xC8, 0xCC) and size is None:
            height, width = struct.unpack_from(">HH", data, at + 3)
            size = width, height
        at += length
    if size is None:
        raise BrokenPicture("The file has no picture in it.")
    return Header("jpeg", *size, notes=_after_the_end(data[at:]), says_until=says_until)


def _end_of_compressed(data: Data, at: int) -> int:
    """Inside compressed data these two bytes mean the end and nothing else."""
    import numpy as np  # noqa: PLC0415 - most processes never see a picture

    bytes_ = np.frombuffer(data, np.uint8)
    while at < len(bytes_) - 1:
        # In large bites: `find` stops at each of the many single bytes that could begin it.
        bite = bytes_[at : at + _BITE + 1]
        found = np.flatnonzero(bite[1:] == 0xD9)
        found = found[bite[found] == 0xFF]
        if len(found):
            return at + int(found[0]) + 2
        at += _BITE
    return len(data)


def _png(data: Data) -> Header:
    width, height = struct.unpack_from(">II", data, 16)
    at = 8
    while at < len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        at += 12 + length
        if name == b"acTL":
            raise AnimatedPicture("The file holds several pictures.")
        if name == b"IEND":
            return Header("png", width, height, notes=_after_the_end(data[at:]))
    raise BrokenPicture("The file has no end.")


def _webp(data: Data) -> Header:
    (length,) = struct.unpack_from("<I", data, 4)
    notes = _after_the_end(data[8 + length + length % 2 :])
    kind = data[12:16]
    if kind == b"VP8X":
        if data[20] & 0x02:
            raise AnimatedPicture("The file holds several pictures.")
        width, height = (1 + int.from_bytes(data[start : start + 3], "little") for start in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        width, height = (each & 0x3FFF for each in struct.unpack_from("<HH", data, 26))
    else:
        raise BrokenPicture("The file has no picture in it.")
    return Header("webp", width, height, notes=notes)


def _heif(data: Data) -> Header:
    (length,) = struct.unpack_from(">I", data, 0)
    brands = [data[8:12]] + [data[start : start + 4] for start in range(16, min(length, 256), 4)]
    if brands[0] in _SEQUENCES:
        raise AnimatedPicture("The file holds several pictures.")
    if b"avif" not in brands and not _HEIF & set(brands):
        raise UnknownFormat("This file is of a format that is not taken.")
    # A large picture is often kept in tiles, each with a size of its own: the whole is the largest.
    sizes = [struct.unpack_from(">II", data, start + 4) for start in _boxes(data, 0, len(data), _TO_SIZE)]
    if not sizes:
        raise BrokenPicture("The file has no picture in it.")
    width, height = max(sizes, key=lambda each: each[0] * each[1])
    notes = _after_the_end(data[_end_of_boxes(data) :])
    return Header("avif" if b"avif" in brands else "heic", width, height, notes=notes)


# What stands side by side in such a file; phones put a motion clip in a box of their own.
_OUTERMOST = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"wide", b"uuid", b"pdin", b"mpvd"})


def _end_of_boxes(data: Data) -> int:
    """Where what belongs to the picture ends, and something else begins if anything does."""
    at = 0
    while at + 8 <= len(data):
        length, name = struct.unpack_from(">I4s", data, at)
        if name not in _OUTERMOST:
            return at
        if length == 0:
            return len(data)
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, at + 8)
        at += max(length, 8)
    return min(at, len(data))


_TO_SIZE = (b"meta", b"iprp", b"ipco", b"ispe")


def _boxes(data: Data, start: int, end: int, path: tuple[bytes, ...]) -> Iterator[int]:
    """Where the contents of each box at this path begin."""
    while start + 8 <= end:
        length, name = struct.unpack_from(">I4s", data, start)
        head = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start + 8)
            head = 16
        stop = end if length == 0 else min(start + length, end)
        if stop < start + head:
            raise BrokenPicture("The file's parts do not fit into each other.")
        if name == path[0]:
            inside = start + head + (4 if name == b"meta" else 0)
            if len(path) == 1:
                yield inside
            else:
                yield from _boxes(data, inside, stop, path[1:])
        start = stop


def _after_the_end(rest: bytes) -> tuple[str, ...]:
    if not rest.strip(b"\x00"):
        return ()
    if _FOREIGN.search(rest) or rest.startswith(_PROGRAMS) or _ZIP_END in rest[-_ZIP_TAIL:]:
        raise HidingPicture("Behind the picture the file holds something that is no picture.")
    return ("further_pictures",) if b"\xff\xd8\xff" in rest else ("trailing_bytes",)
