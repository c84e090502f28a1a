"""What verification says of a submission, in this room's words. Pure; stored beside the submission.

The checks themselves, their numbers and the evidence stay in verification. What counts here: accept, reject or review,
and for what reasons.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypedDict


class Outcome(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    REVIEW = "review"


class Reviewer(StrEnum):
    BUYER = "buyer"
    OPERATOR = "operator"


class Silence(StrEnum):
    """What becomes of a result in review when nobody says anything until its deadline."""

    ACCEPTS = "accepts"
    REJECTS = "rejects"
    PASSES_ON = "passes_on"  # from our staff to the buyer


@dataclass(frozen=True, slots=True)
class Reason:
    """A check that failed or could not be answered: its stable name, and what the scout and the buyer are told."""

    code: str
    scout: str
    buyer: str


class NumberedReason(TypedDict):
    number: int
    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    outcome: Outcome
    reasons: tuple[Reason, ...] = ()
    retake: bool = False  # every reason can be mended by capturing again
    reviewer: Reviewer = Reviewer.BUYER  # who looks, if somebody has to
    # Whether it is paid when nobody looks. Not where it is in doubt that it was captured there and then.
    silence_pays: bool = True
    model_values: Mapping[str, str] = field(default_factory=dict)  # what the vision models answer, by question

    def __post_init__(self) -> None:
        if self.outcome is Outcome.REJECT and not self.reasons:
            raise ValueError("a rejection names what failed")
        if not self.silence_pays and not self.reasons:
            raise ValueError("a doubt is named: silence rejects for it")

    def for_scout(self) -> list[NumberedReason]:
        return numbered([(reason.code, reason.scout) for reason in self.reasons])

    def for_buyer(self) -> list[NumberedReason]:
        return numbered([(reason.code, reason.buyer) for reason in self.reasons])


def silence_of(*, reviewer: str, verdict: Mapping[str, Any] | None) -> Silence:
    """What the silence of whoever reviews a result does. `verdict`: as it is stored beside the submission."""
    if reviewer == Reviewer.OPERATOR:
        return Silence.PASSES_ON
    return Silence.REJECTS if is_doubted(verdict) else Silence.ACCEPTS


def is_doubted(verdict: Mapping[str, Any] | None) -> bool:
    """Whether it was captured there and then. `verdict`: as it is stored beside the submission."""
    return verdict is not None and not verdict.get("silence_pays", True)


def numbered(reasons: Sequence[tuple[str, str]]) -> list[NumberedReason]:
    return [
        {"number": number, "code": code, "sentence": sentence}
        for number, (code, sentence) in enumerate(reasons, start=1)
    ]
