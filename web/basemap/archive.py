"""PMTiles, version 3: every tile in one file, of which a browser fetches the pieces that it needs. Pure.

Some hundred tiles fit into the root directory, so there is no other.
"""

import gzip
import json
import struct
from collections.abc import Mapping
from typing import Any

from web.basemap.tiles import varint

Address = tuple[int, int, int]  # zoom, x, y

_HEADER = struct.Struct("<7sB11QBBBBBB4iB2i")
_HEADER_BYTES = 127
_GZIP, _MVT = 2, 1


def number_of(address: Address) -> int:
    """Tiles are numbered along Hilbert's curve, the zooms one after another."""
    zoom, x, y = address
    number = ((1 << (2 * zoom)) - 1) // 3
    half = 1 << zoom >> 1
    while half:
        right, lower = int(bool(x & half)), int(bool(y & half))
        number += half * half * ((3 * right) ^ lower)
        if not lower:
            if right:
                x, y = half - 1 - x, half - 1 - y
            x, y = y, x
        half >>= 1
    return number


def archive(tiles: Mapping[Address, bytes], *, about: dict[str, Any]) -> bytes:
    numbered = sorted((number_of(address), gzip.compress(content, mtime=0)) for address, content in tiles.items())
    contents, entries, places = bytearray(), [], {}
    for number, content in numbered:
        if content not in places:  # much land looks alike
            places[content] = len(contents)
            contents += content
        entries.append((number, places[content], len(content)))
    directory = _compressed(_directory(entries))
    metadata = _compressed(json.dumps(about).encode())
    zooms = [address[0] for address in tiles]
    data_from = _HEADER_BYTES + len(directory) + len(metadata)
    header = _HEADER.pack(
        *(b"PMTiles", 3),
        *(_HEADER_BYTES, len(directory)),
        *(_HEADER_BYTES + len(directory), len(metadata)),
        *(data_from, 0),
        *(data_from, len(contents)),
        *(len(entries), len(entries), len(places)),
        *(1 if len(places) == len(entries) else 0, _GZIP, _GZIP, _MVT, min(zooms), max(zooms)),
        *(-1_800_000_000, -850_511_287, 1_800_000_000, 850_511_287),
        *(0, 0, 0),
    )
    return header + directory + metadata + bytes(contents)


def _directory(entries: list[tuple[int, int, int]]) -> bytes:
    """Column by column: how far each is from the one before, how many alike follow, how long, where."""
    numbers, before = [], 0
    for number, _, _ in entries:
        numbers.append(number - before)
        before = number
    columns = [[len(entries)], numbers, [1] * len(entries), [length for _, _, length in entries]]
    columns.append([offset + 1 for _, offset, _ in entries])
    return b"".join(varint(value) for column in columns for value in column)


def _compressed(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)
