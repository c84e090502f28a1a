"""The checks there are, in the order a reader is shown them. One pure function per file; here is only the list."""

from dataclasses import dataclass

from verification.checks.geofence import geofence
from verification.checks.result import Check, CheckResult
from verification.checks.session_integrity import session_integrity
from verification.checks.time_window import time_window
from verification.evidence import Evidence
from verification.requirements import Requirements


@dataclass(frozen=True)
class Registered:
    check: Check
    kind: str | None = None  # only where an artifact of this kind was handed in
    required: bool = False  # beyond what the policy requires


_CHECKS: dict[str, Registered] = {
    check.__name__: Registered(check) for check in (session_integrity, time_window, geofence)
}


def register(name: str, registered: Registered) -> None:
    if name in _CHECKS:
        raise ValueError(f"the check {name} is registered already")
    _CHECKS[name] = registered


def forget(name: str) -> None:
    """Take a check out again: for whoever added it."""
    del _CHECKS[name]


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


__all__ = ["Check", "CheckResult", "Registered", "forget", "register", "required", "run"]
