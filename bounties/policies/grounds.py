"""The published grounds: what a buyer may reject or dispute for, what a scout may appeal for or report a bounty for.

A ground is a stable word for programs and a sentence for people. Not liking the answer is not among them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from market.errors import DomainError, Kind


@dataclass(frozen=True, slots=True)
class Ground:
    code: str
    sentence: str
    retake: bool = False  # capturing again can mend it


class UnknownGround(DomainError):
    """The ground is none of the published ones."""

    code = "unknown_ground"
    kind: ClassVar[Kind] = Kind.INVALID
    fix = "Send one of the grounds in `facts.grounds`."


def _by_code(*grounds: Ground) -> Mapping[str, Ground]:
    return {ground.code: ground for ground in grounds}


REJECTION = _by_code(
    Ground("wrong_place", "The capture does not show the place that was asked for."),
    Ground("not_shown", "What was asked for cannot be seen in the capture.", retake=True),
    Ground("question_unanswered", "A question was left open, or the answer does not fit it.", retake=True),
    Ground("answer_contradicts_capture", "The answer says something else than the capture shows."),
    Ground("criterion_not_met", "One of the criteria is not met.", retake=True),
    Ground("unusable_quality", "The capture is too dark, too blurred or cut off.", retake=True),
    Ground("not_genuine", "The capture was made earlier, elsewhere, from a screen, or was altered."),
)

BUYERS_DISPUTE = _by_code(
    Ground("not_genuine", "The capture was made earlier, elsewhere, from a screen, or was altered."),
    Ground("wrong_place", "The capture does not show the place that was asked for."),
    Ground("answer_wrong", "The answer is false, and the capture shows it."),
    Ground("not_blocked", "The scout said that it could not be had, and it could."),
)

SCOUTS_APPEAL = _by_code(
    Ground("check_wrong", "A check was answered wrongly: what was captured is what was asked for."),
    Ground("ground_wrong", "The buyer's reason does not fit what was captured."),
    Ground("was_in_time", "It was captured in time and could not be handed in before."),
    Ground("other", "Something else went wrong; the note says what."),
)

REPORT = _by_code(
    Ground("dangerous", "Whoever goes there, or captures there, is in danger."),
    Ground("spies_on_people", "It asks for somebody's private life, home, face or whereabouts."),
    Ground("unlawful", "What is asked for is against the law there."),
    Ground("cannot_be_done", "There is no such place, or nobody can get to it."),
    Ground("not_a_question", "It is advertising, abuse or nonsense."),
    Ground("other", "Something else is wrong with it; the note says what."),
)


def ground(code: object, among: Mapping[str, Ground], *, param: str = "/ground") -> Ground:
    found = among.get(code) if isinstance(code, str) else None
    if found is None:
        error = UnknownGround(f"A ground is one of {', '.join(among)}.", param=param)
        error.facts["grounds"] = sorted(among)
        raise error
    return found


def sentence_of(code: str) -> str:
    """What a dispute is about, whoever opened it."""
    found = {**BUYERS_DISPUTE, **SCOUTS_APPEAL}.get(code)
    return found.sentence if found else code
