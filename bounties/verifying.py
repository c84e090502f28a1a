"""From a submission handed in to its verdict recorded. Verification looks at the evidence (`capturing.py`); a test or a
rehearsal may put somebody else in its place: `use`.
"""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from bounties import capturing
from bounties.operations.verdicts import record_verdict
from bounties.verdicts import Outcome, Reason, Reviewer, Verdict

Verify = Callable[[UUID], Verdict]

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
    """Have somebody else gather and decide, outside any transaction; None: verification again."""
    global _verify  # noqa: PLW0603 - one house, one way to verify
    _verify = verify


def verify_submission(*, submission_id: UUID, at: datetime) -> None:
    verdict = _verify(submission_id) if _verify is not None else capturing.verify(submission_id=submission_id, at=at)
    record_verdict(submission_id=submission_id, verdict=verdict, at=at)


def give_up(*, submission_id: UUID, at: datetime) -> None:
    """What breaks the checks every time is looked at by a person."""
    record_verdict(submission_id=submission_id, verdict=UNCHECKABLE, at=at)
