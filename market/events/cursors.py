"""Where a reader is in the feed of one account, as a short word that means nothing to anybody else.

A check sum over the account refuses a cursor that was mistyped, made up by counting, or taken from another account.
It is no secret: what a cursor may be used for is decided by whose feed is read.
"""

import base64
import binascii
import hashlib
from uuid import UUID

from market.errors import DomainError

_LENGTH = 16  # of the word: 8 bytes of position and 4 of check sum, which base64 fills exactly


class InvalidCursor(DomainError):
    """The cursor is none of this account's feed."""

    code = "invalid_cursor"
    fix = "Send a cursor as it was answered for this account, or none at all to begin with the oldest event."


def encode(*, account_id: UUID, position: int) -> str:
    number = position.to_bytes(8)
    return base64.urlsafe_b64encode(number + _check_sum(account_id, number)).decode()


def decode(*, account_id: UUID, cursor: str) -> int:
    try:
        content = base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        content = b""
    number, check_sum = content[:8], content[8:]
    if len(cursor) != _LENGTH or check_sum != _check_sum(account_id, number) or number[0] > 127:
        raise InvalidCursor("This is not a cursor of this account's events.", param="after")
    return int.from_bytes(number)


def _check_sum(account_id: UUID, number: bytes) -> bytes:
    return hashlib.blake2b(number, key=account_id.bytes, digest_size=4).digest()
