"""The kinds of artifact there are. A new one: `register` its facts here, and its checks with `checks.register`.

What belongs here: the list. A kind's facts and its intake stand in its own package (`photos/` for a photo).
"""

from dataclasses import dataclass
from typing import Any

from market.errors import DomainError
from verification.photos.facts import PhotoFacts, RefusalFacts


class UnknownKind(DomainError):
    """The kind of the artifact is none that is taken."""

    code = "unknown_kind"
    fix = "Send an artifact of a kind that this exchange takes."


@dataclass(frozen=True)
class ArtifactKind:
    name: str
    facts: type[Any]  # a frozen dataclass


PHOTO = "photo"
UNREADABLE = "unreadable"  # handed in as something, and no decoder can say what

_KINDS: dict[str, ArtifactKind] = {
    PHOTO: ArtifactKind(PHOTO, PhotoFacts),
    UNREADABLE: ArtifactKind(UNREADABLE, RefusalFacts),
}


def register(kind: ArtifactKind) -> None:
    if kind.name in _KINDS:
        raise ValueError(f"the kind {kind.name} is registered already")
    _KINDS[kind.name] = kind


def forget(name: str) -> None:
    """Take a kind out again: for whoever added it."""
    del _KINDS[name]


def named(name: object) -> ArtifactKind:
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnknownKind(f"There is no kind of artifact named {name!r}.")
    return kind
