"""What a check answers, and the three ways to say it. No check's own reasons stand here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from verification.evidence import Evidence
from verification.requirements import Requirements

Number = float | int | bool | str | None


class Outcome(StrEnum):
    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """What a failure means: a contradiction, a doubt that a person must look at, or a remark."""

    DECISIVE = "decisive"
    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class CheckResult:
    check: str
    outcome: Outcome
    severity: Severity
    reason: str  # a stable word for programs; within one check
    scout: str  # a sentence for the scout: what was found, and what to do
    buyer: str  # a sentence for the buyer; never says who the scout is or where else the scout was
    numbers: Mapping[str, Number] = field(default_factory=dict)
    threshold: Mapping[str, Number] = field(default_factory=dict)
    private: Mapping[str, Number] = field(default_factory=dict)  # numbers for operators only: the scout's track
    retake: bool = False  # capturing again can mend this


Check = Callable[[Evidence, Requirements], CheckResult]
