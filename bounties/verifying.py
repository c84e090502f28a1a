"""From a submission handed in to its verdict recorded. Who looks at the evidence is plugged in: `use`.

Without anybody to look, no check is made, and the verdict says so: the buyer decides with the capture in front of it.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from bounties.operations.verdicts import record_verdict
from bounties.verdicts import Outcome, Reason, Reviewer, Verdict

Verify = Callable[[UUID], Verdict]

UNCHECKED = Verdict(
    Outcome.REVIEW,
    (
        Reason(
            "not_checked",
            scout="No check has looked at your capture; the buyer looks at it.",
            buyer="No check has looked at this capture. Look at it yourself.",
        ),
    ),
)
UNCHECKABLE = Verdict(
    Outcome.REVIEW,
    (
        Reason(
            "check_failed",
            scout="Our checks could not read your capture; one of our staff looks at it.",
            buyer="Our checks could not read this capture; one of our staff looks at it first.",
        ),
    ),
    reviewer=Reviewer.OPERATOR,
)

_verify: Verify | None = None


def use(verify: Verify | None) -> None:
    """Called once, when the apps are loaded. It gathers and decides, outside any transaction."""
    global _verify  # noqa: PLW0603 - one house, one way to verify
    _verify = verify


def verify_submission(*, submission_id: UUID, at: datetime) -> None:
    verdict = _verify(submission_id) if _verify is not None else UNCHECKED
    record_verdict(submission_id=submission_id, verdict=verdict, at=at)


def give_up(*, submission_id: UUID, at: datetime) -> None:
    """What breaks the checks every time is looked at by a person."""
    record_verdict(submission_id=submission_id, verdict=UNCHECKABLE, at=at)
