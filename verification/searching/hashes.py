"""Every stored hash, in memory, read once by each process and then only what is new: exact, without an index.

Positions are given out in the order of commits (`operations/gathering.py`), so "what is new" is all beyond the last one
seen. A million hashes are 32 MB; from about ten million on, see `photos.pdq.nearest`.
"""

import threading
from dataclasses import dataclass, field

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from verification.models import Picture
from verification.photos.pdq import nearest, packed


@dataclass
class _Book:
    """The hashes of one mode. It grows in steps, so that a new hash does not copy a million old ones."""

    rows: NDArray[np.uint64] = field(default_factory=lambda: np.zeros((1024, 4), np.uint64))
    positions: NDArray[np.int64] = field(default_factory=lambda: np.zeros(1024, np.int64))
    count: int = 0

    def add(self, positions: list[int], hashes: list[str]) -> None:
        needed = self.count + len(positions)
        if needed > len(self.rows):
            size = max(needed, len(self.rows) * 3 // 2)
            self.rows = np.resize(self.rows, (size, 4))
            self.positions = np.resize(self.positions, size)
        self.rows[self.count : needed] = packed(hashes)
        self.positions[self.count : needed] = positions
        self.count = needed


_books: dict[tuple[str, str], _Book] = {}
_turn = threading.Lock()
_CHUNK = 50_000


def near(mode: str, forms: list[str], *, within: int, before: int) -> list[int]:
    """Positions of pictures within so many bits of any form, the nearest first; only those before a position."""
    with _turn:
        book = _read_on(mode)
        rows, positions = book.rows[: book.count], book.positions[: book.count]
    # Positions rise: what came later is cut off before it is compared.
    end = int(np.searchsorted(positions, before))
    found = nearest(rows[:end], packed(forms), within=within)
    return list(dict.fromkeys(int(positions[row]) for row, _, _ in found))


def forget() -> None:
    """For a database that was emptied or restored."""
    with _turn:
        _books.clear()


def _read_on(mode: str) -> _Book:
    # By database, because a test's is not the one before it.
    book = _books.setdefault((str(connection.settings_dict["NAME"]), mode), _Book())
    while True:
        last = int(book.positions[book.count - 1]) if book.count else 0
        new = Picture.objects.filter(mode=mode, position__gt=last).exclude(pdq="").order_by("position")
        rows = list(new.values_list("position", "pdq")[:_CHUNK])
        if rows:
            book.add([position for position, _ in rows], [pdq for _, pdq in rows])
        if len(rows) < _CHUNK:
            return book
