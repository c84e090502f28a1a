"""The kinds of artifact there are, and which of them a bounty may ask for: one list for drafts and for what comes in. A
new one: `register` it here, its intake with `intake.register`, its checks with `checks.register`.

What belongs here: the list. A kind's facts and its intake stand in its own package (`photos/` for a photo).
"""

import re
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
    name: str  # the word for it in a bounty's `proof.media`
    facts: type[Any]  # a frozen dataclass
    title: str = ""  # for people, in English
    asked_for: bool = True  # a bounty can ask for it


PHOTO = "photo"
UNREADABLE = "unreadable"  # handed in as something, and no decoder can say what
_NAME = re.compile(r"[a-z][a-z_]{1,9}")  # as a bounty keeps it

_KINDS: dict[str, ArtifactKind] = {
    PHOTO: ArtifactKind(PHOTO, PhotoFacts, "Photo"),
    UNREADABLE: ArtifactKind(UNREADABLE, RefusalFacts, asked_for=False),
}


def register(kind: ArtifactKind) -> None:
    if not _NAME.fullmatch(kind.name):
        raise ValueError(f"a kind is named by 2 to 10 small letters, not {kind.name!r}")
    if kind.name in _KINDS:
        raise ValueError(f"the kind {kind.name} is registered already")
    _KINDS[kind.name] = kind


def forget(name: str) -> None:
    """Take a kind out again: for whoever added it."""
    del _KINDS[name]


def asked_for() -> tuple[str, ...]:
    """The words that a bounty may ask by; the first is what it asks for when it says nothing."""
    return tuple(each.name for each in _KINDS.values() if each.asked_for)


def titles() -> dict[str, str]:
    """What people call each kind that may be asked for."""
    return {name: _KINDS[name].title or name.replace("_", " ").capitalize() for name in asked_for()}


def named(name: object) -> ArtifactKind:
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise UnknownKind(f"There is no kind of artifact named {name!r}.")
    return kind
