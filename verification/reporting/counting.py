"""How many changed copies are found, and how many different pictures are called copies.

The figures say something only of pictures that no threshold was fitted to: a picture's file name decides, by its hash,
whether it belongs to the half that thresholds may be tuned on or to the half that is held out.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from verification.checks.near_reuse import is_copy, looks_alike
from verification.evidence import FoundBy
from verification.photos.features import Features, akin, sketch, unpacked
from verification.photos.handed_over import Measured
from verification.photos.likeness import Resemblance, resemblance
from verification.photos.measure import measure
from verification.policies import Thresholds
from verification.reporting.attacks import ATTACKS, Attack, saved

LIMITS = Thresholds()
SHORTEST_SIDE = 400  # a thumbnail is nobody's submission
_ALIKE = 3.0  # of 255, in the mean over a small grey copy: one picture kept twice


class Half(StrEnum):
    HELD_OUT = "held-out"
    TUNING = "tuning"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Specimen:
    """One picture of the folder, upright and bare, and what is known of it once it was handed in."""

    name: str
    picture: Image.Image
    measured: Measured
    features: Features


@dataclass(frozen=True, slots=True)
class Row:
    """One attack on every picture, and which of them it hid: from its neighbours, and from the search everywhere."""

    attack: Attack
    resemblances: tuple[Resemblance, ...]
    unnamed: tuple[str, ...]  # by the sketch: not even compared with its neighbours
    missed_near: tuple[str, ...]
    missed_everywhere: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.resemblances)


@dataclass(frozen=True, slots=True)
class Alarms:
    """Different pictures: how many were compared, and which would have been called copies of others."""

    resemblances: tuple[Resemblance, ...]
    named: int  # by the sketch: compared point by point
    near: tuple[str, ...]
    everywhere: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.resemblances)


def half_of(name: str) -> Half:
    return Half.HELD_OUT if int(hashlib.sha256(name.encode()).hexdigest(), 16) % 2 else Half.TUNING


def specimens(pictures: Iterable[tuple[str, Image.Image]]) -> tuple[list[Specimen], list[str]]:
    """Each different picture once; and what was left out because the same picture is there already."""
    kept: list[Specimen] = []
    small: list[NDArray[np.float32]] = []
    twice = []
    for name, picture in pictures:
        # Told apart by pixels alone: no hash and no threshold that is judged here may choose what it is judged by.
        look = np.asarray(picture.convert("L").resize((32, 32)), dtype=np.float32)
        same = next((at for at, other in enumerate(small) if float(np.abs(look - other).mean()) < _ALIKE), None)
        if same is not None:
            twice.append(f"{name} = {kept[same].name}")
            continue
        measured = measure(saved(picture, 92))
        kept.append(Specimen(name, picture, measured, unpacked(measured.features)))
        small.append(look)
    return kept, twice


def rows(known: list[Specimen], attacks: Iterable[Attack] = ATTACKS) -> Iterator[Row]:
    for attack in attacks:
        found, unnamed, missed_near, missed_everywhere = [], [], [], []
        for each in known:
            ours = measure(attack.change(each.picture))
            features = unpacked(ours.features)
            likeness = _between(ours, features, each)
            found.append(likeness)
            named = bool(akin(features, [sketch(each.features)]))
            if not named:
                unnamed.append(_named(each, ours))
            if not (named and caught(likeness, ours, FoundBy.NEIGHBOURHOOD)):
                missed_near.append(_named(each, ours))
            if not caught(likeness, ours, FoundBy.EVERYTHING):
                missed_everywhere.append(_named(each, ours))
        yield Row(attack, tuple(found), tuple(unnamed), tuple(missed_near), tuple(missed_everywhere))


def alarms(known: list[Specimen]) -> Alarms:
    found, near, everywhere = [], [], []
    sketches, named = [sketch(each.features) for each in known], 0
    for at, one in enumerate(known):
        alike = set(akin(one.features, sketches)) - {at}
        named += len(alike)
        for number, other in enumerate(known):
            if one is other:
                continue
            likeness = _between(one.measured, one.features, other)
            found.append(likeness)
            if number in alike and caught(likeness, one.measured, FoundBy.NEIGHBOURHOOD):
                near.append(f"{one.name} ~ {other.name}")
            if caught(likeness, one.measured, FoundBy.EVERYTHING):
                everywhere.append(f"{one.name} ~ {other.name}")
    return Alarms(tuple(found), named, tuple(near), tuple(everywhere))


def caught(likeness: Resemblance, ours: Measured, searched: FoundBy, limits: Thresholds = LIMITS) -> bool:
    """Whether `near_reuse` would not let it pass, once it is compared: elsewhere than among its neighbours only where
    the hash names it as a candidate."""
    if searched is FoundBy.EVERYTHING and likeness.hash_distance > limits.candidate_bits:
        return False
    return is_copy(likeness, limits) or looks_alike(likeness, ours.facts, limits)


def _named(each: Specimen, ours: Measured) -> str:
    plain = ours.facts.hash_quality < LIMITS.hash_quality and ours.facts.features_count == 0
    return f"{each.name} (too plain to compare: it goes to review)" if plain else each.name


def _between(ours: Measured, features: Features, theirs: Specimen) -> Resemblance:
    return resemblance(ours.facts, features, theirs.measured.facts.hashes["original"], theirs.features)
