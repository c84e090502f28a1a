"""Keeping a verdict beside the evidence that it follows from. What it moves is for the room above."""

from datetime import datetime
from uuid import UUID

from verification import decide
from verification.decide import Verdict
from verification.models import Verdict as Kept
from verification.version import CODE_VERSION


def keep_verdict(*, capture_id: UUID, verdict: Verdict, at: datetime) -> Verdict:
    """The first one kept stands: a worker that comes later, with newer rules, answers what was decided."""
    row, _ = Kept.objects.get_or_create(
        gathered_id=capture_id,
        defaults={
            "verdict": decide.to_json(verdict).decode(),
            "decision": verdict.decision,
            "rule": verdict.rule,
            "rules_version": verdict.rules_version,
            "code_version": CODE_VERSION,
            "judged_at": at,
        },
    )
    return decide.from_json(row.verdict)
