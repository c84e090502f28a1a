"""Which function does which kind of work. Filled by the apps when they are loaded, read by whoever runs work."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Handler = Callable[[str], None]

ATTEMPTS = 10


@dataclass(frozen=True)
class Kind:
    name: str
    handle: Handler
    attempts: int
    on_given_up: Handler | None


class TryLater(Exception):
    """Raised by a handler: nothing is wrong with the work, but it cannot be done before `at`. Counts as no attempt."""

    def __init__(self, at: datetime, reason: str = "") -> None:
        super().__init__(reason or f"not before {at.isoformat()}")
        self.at = at


class UnknownKind(Exception):
    """A programming error, or a worker older than the row: nobody here does this kind of work."""


_kinds: dict[str, Kind] = {}


def handler(kind: str, *, attempts: int = ATTEMPTS, on_given_up: Handler | None = None) -> Callable[[Handler], Handler]:
    """Register the function below for this kind of work. Work may be done twice: the function must bear it.

    After `attempts` failures the work is given up and `on_given_up` is called with the subject, in the transaction
    that records it.
    """

    def register(handle: Handler) -> Handler:
        if kind in _kinds:
            raise ValueError(f"two handlers for {kind}: {_kinds[kind].handle} and {handle}")
        _kinds[kind] = Kind(kind, handle, attempts, on_given_up)
        return handle

    return register


def find(kind: str) -> Kind:
    try:
        return _kinds[kind]
    except KeyError:
        raise UnknownKind(kind) from None


def forget(kind: str) -> None:
    """For tests, which register kinds of their own."""
    del _kinds[kind]
