"""The checks there are, in the order a reader is shown them. One pure function per file; here is only the list."""

from collections.abc import Mapping
from dataclasses import dataclass

from verification.checks.challenge_code import challenge_code
from verification.checks.content import content
from verification.checks.daylight import daylight
from verification.checks.editor_traces import editor_traces
from verification.checks.exact_reuse import exact_reuse
from verification.checks.exif_place import exif_place
from verification.checks.exif_time import exif_time
from verification.checks.fix_accuracy import fix_accuracy
from verification.checks.geofence import geofence
from verification.checks.impossible_travel import impossible_travel
from verification.checks.instruction_text import instruction_text
from verification.checks.made_in_session import made_in_session
from verification.checks.near_reuse import near_reuse
from verification.checks.picture_quality import picture_quality
from verification.checks.proof import proof
from verification.checks.readable import readable
from verification.checks.repeated_coordinates import repeated_coordinates
from verification.checks.result import Check, CheckResult
from verification.checks.second_view import second_view
from verification.checks.session_integrity import session_integrity
from verification.checks.time_window import time_window
from verification.checks.witnesses import witnesses
from verification.evidence import Evidence
from verification.kinds import PHOTO, UNREADABLE
from verification.requirements import Requirements


@dataclass(frozen=True)
class Registered:
    check: Check
    kind: str | None = None  # only where an artifact of this kind was handed in
    required: bool = False  # beyond what the policy requires


_COMMON: tuple[Check, ...] = (
    proof,
    session_integrity,
    time_window,
    made_in_session,
    geofence,
    fix_accuracy,
    impossible_travel,
    repeated_coordinates,
    daylight,
    exact_reuse,
    challenge_code,
    second_view,
    instruction_text,
    content,
    witnesses,
)
_OF_PHOTOS: tuple[Check, ...] = (
    exif_place,
    exif_time,
    near_reuse,
    editor_traces,
    picture_quality,
)
_CHECKS: dict[str, Registered] = {
    **{check.__name__: Registered(check) for check in _COMMON},
    **{check.__name__: Registered(check, kind=PHOTO) for check in _OF_PHOTOS},
    readable.__name__: Registered(readable, kind=UNREADABLE),
}


def register(name: str, registered: Registered) -> None:
    if name in _CHECKS:
        raise ValueError(f"the check {name} is registered already")
    _CHECKS[name] = registered


def forget(name: str) -> None:
    """Take a check out again: for whoever added it."""
    del _CHECKS[name]


def registered() -> Mapping[str, Registered]:
    return dict(_CHECKS)


def run(evidence: Evidence, requirements: Requirements) -> tuple[CheckResult, ...]:
    """Every check that this evidence has something for."""
    kinds = {artifact.kind for artifact in evidence.artifacts}
    return tuple(
        each.check(evidence, requirements) for each in _CHECKS.values() if each.kind is None or each.kind in kinds
    )


def required(requirements: Requirements) -> frozenset[str]:
    """The names that must be passed for an accept, where they were run."""
    extra = frozenset(name for name, each in _CHECKS.items() if each.required)
    return extra | frozenset(requirements.policy.required)


__all__ = ["Check", "CheckResult", "Registered", "forget", "register", "registered", "required", "run"]
