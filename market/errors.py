"""What every refusal has in common. The refusals themselves stand beside the functions that raise them.

A refusal knows no HTTP: a door decides how `Kind` is answered.
"""

from datetime import datetime
from enum import Enum
from typing import Any, ClassVar


class Kind(Enum):
    """What sort of refusal this is, for the doors to map once."""

    INVALID = "invalid"  # the words are wrong: mend them
    UNAUTHENTICATED = "unauthenticated"  # we do not know who is asking
    NOT_FOUND = "not_found"  # absent, or somebody else's: the two are never told apart
    FORBIDDEN = "forbidden"  # this actor may not do this
    CONFLICT = "conflict"  # the thing is not in a state that allows it, or another was faster
    MONEY = "money"  # not enough of it, or a limit on spending it
    LIMITED = "limited"  # too many, too often: later
    UNAVAILABLE = "unavailable"  # a part of the house is out


class DomainError(Exception):
    """A refusal: a stable `code`, a sentence a person understands, the field it is about, and how to mend it."""

    code: ClassVar[str] = "refused"
    kind: ClassVar[Kind] = Kind.INVALID
    fix: ClassVar[str] = ""
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        message: str,
        *,
        param: str | None = None,
        retry_at: datetime | None = None,
        facts: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.param = param
        self.retry_at = retry_at
        self.facts = facts or {}
