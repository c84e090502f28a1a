"""Ids: time-ordered UUIDs inside (RFC 9562, version 7), and outside the same 128 bits with a prefix: `bnt_06f…`.

The outside form is Crockford base32 in lower case: it sorts as the id does and survives being read aloud.
"""

import os
import time
from typing import Final
from uuid import UUID

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH: Final = 26


def new_id() -> UUID:
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62
    return UUID(int=value | random & (2**62 - 1))


def encode(prefix: str, value: UUID) -> str:
    bits = value.int
    letters = [_ALPHABET[bits >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5)]
    return f"{prefix}_{''.join(letters)}"


def decode(prefix: str, text: str) -> UUID | None:
    """The id behind an outside form, or None: an id that cannot exist is answered like one that does not."""
    head, _, letters = text.rpartition("_")
    if head != prefix or len(letters) != _LENGTH:
        return None
    bits = 0
    for letter in letters:
        value = _VALUES.get(letter)
        if value is None:
            return None
        bits = bits << 5 | value
    return UUID(int=bits) if bits < 2**128 else None
