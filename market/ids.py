"""Ids: time-ordered UUIDs inside (RFC 9562, version 7), and outside the same 128 bits with a prefix: `bnt_06f…`.

The outside form is Crockford base32 in lower case: it sorts as the id does and survives being read aloud.
"""

import os
import re
import time
from itertools import product
from typing import Final
from uuid import UUID

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH: Final = 26
# Ten bits are written at a time, and all of them read at once, in the letters that `int` knows.
_PAIRS: Final = ["".join(pair) for pair in product(_ALPHABET, repeat=2)]
_SHIFTS: Final = range(10 * (_LENGTH // 2 - 1), -1, -10)
_LETTERS: Final = re.compile(f"[{_ALPHABET}]{{{_LENGTH}}}", re.ASCII)
_AS_INT_READS: Final = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")


def new_id() -> UUID:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62
    return UUID(int=value | random & (2**62 - 1))


def encode(prefix: str, value: UUID) -> str:
    bits = value.int
    return f"{prefix}_{''.join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])}"


def decode(prefix: str, text: str) -> UUID | None:
    """The id behind an outside form, or None: an id that cannot exist is answered like one that does not."""
    head, _, letters = text.rpartition("_")
    if head != prefix or not _LETTERS.fullmatch(letters):
        return None
    bits = int(letters.translate(_AS_INT_READS), 32)
    return UUID(int=bits) if bits < 2**128 else None
