"""How a file of each kind comes in: known by its first bytes, looked at from outside when it is whole, measured for
its evidence. A new kind: its facts in `kinds.py`, its intake by `register` here, its checks by `checks.register`.

Each intake is for hostile bytes. Of photos, only the sandbox decodes anything.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from market.config import config
from verification import looking, store
from verification.kinds import PHOTO, named
from verification.photos.formats import inspect


@dataclass(frozen=True, slots=True)
class Intake:
    """`inspect` raises `RefusedPicture`, or a refusal of the kind's own below it, for what shall not be kept;
    `measure` raises one for what turns out to be unreadable, and else answers the kind's facts.
    """

    begins: Callable[[bytes], bool]
    inspect: Callable[[bytes], object]
    measure: Callable[[bytes], Any]


def _measure_photo(data: bytes) -> Any:
    measured = looking.sandbox().measure(data, trust_anchors=config.c2pa_trust_anchors)
    store.keep(store.POINTS, measured.features)
    return measured.facts


# Anything that begins as no other kind does is looked at as a photo, and refused in a photo's words.
_PHOTOS = Intake(begins=lambda _: True, inspect=inspect, measure=_measure_photo)
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


def _of(kind: str) -> Intake:
    return _PHOTOS if kind == PHOTO else _OTHERS[kind]
