"""How a file of each kind comes in and goes out: known by its first bytes, looked at from outside when it is whole,
measured for its evidence, and made into a copy that a buyer may have. A new kind: its facts in `kinds.py`, its intake
by `register` here, its checks by `checks.register`.

Each intake is for hostile bytes. Of photos, only the sandbox decodes anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from market.config import config
from verification import looking, store
from verification.kinds import PHOTO, named
from verification.photos.formats import inspect
from verification.photos.handed_over import Redaction
from verification.signing import with_credentials

JPEG = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a buyer gets of an artifact. Nothing in it says who made it, or with what."""

    media: bytes
    preview: bytes = b""  # JPEG, of at most 512 px; empty where the kind has nothing to show before it is accepted
    width: int | None = None
    height: int | None = None
    redactions: tuple[Redaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """`inspect` raises `RefusedPicture`, or a refusal of the kind's own below it, for what shall not be kept;
    `measure` raises one for what turns out to be unreadable, and else answers the kind's facts. What was measured can
    be delivered: `deliver` writes it anew, never the bytes that came in.
    """

    media_type: str  # of what is delivered
    begins: Callable[[bytes], bool]
    inspect: Callable[[bytes], object]
    measure: Callable[[bytes], Any]
    deliver: Callable[[bytes], Outgoing]


def _measure_photo(data: bytes) -> Any:
    measured = looking.sandbox().measure(data, trust_anchors=config.c2pa_trust_anchors)
    store.keep(store.POINTS, measured.features)
    return measured.facts


def _deliver_photo(data: bytes) -> Outgoing:
    made = looking.sandbox().deliver(data, blur=True, face_model=config.face_model)
    return Outgoing(with_credentials(made.media), made.preview, made.width, made.height, made.redactions)


# Anything that begins as no other kind does is looked at as a photo, and refused in a photo's words.
_PHOTOS = Intake(JPEG, begins=lambda _: True, inspect=inspect, measure=_measure_photo, deliver=_deliver_photo)
_OTHERS: dict[str, Intake] = {}


def register(kind: str, intake: Intake) -> None:
    if named(kind).name in (PHOTO, *_OTHERS):
        raise ValueError(f"the intake of {kind} is registered already")
    _OTHERS[kind] = intake


def forget(kind: str) -> None:
    """Take an intake out again: for whoever added it."""
    del _OTHERS[kind]


def kind_of(data: bytes) -> str:
    """What a file is; raises where it is nothing that is taken."""
    kind = next((name for name, each in _OTHERS.items() if each.begins(data)), PHOTO)
    _of(kind).inspect(data)
    return kind


def measure(kind: str, data: bytes) -> Any:
    """The kind's own facts."""
    return _of(kind).measure(data)


def media_types() -> tuple[str, ...]:
    """Of everything that is delivered."""
    return tuple(dict.fromkeys((JPEG, *(each.media_type for each in _OTHERS.values()))))


def media_type(kind: str) -> str:
    return _of(kind).media_type


def deliver(kind: str, data: bytes) -> Outgoing:
    """The copy that a buyer may have."""
    return _of(kind).deliver(data)


def _of(kind: str) -> Intake:
    return _PHOTOS if kind == PHOTO else _OTHERS[kind]
