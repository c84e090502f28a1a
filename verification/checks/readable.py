"""Could a file that was handed in be read at all? Only asked where one could not."""

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.kinds import UNREADABLE
from verification.requirements import Requirements


def readable(evidence: Evidence, requirements: Requirements) -> CheckResult:
    refused = evidence.artifacts_of(UNREADABLE)
    first = refused[0].facts
    return CheckResult(
        check="readable",
        outcome=Outcome.FAIL,
        severity=Severity.DECISIVE,
        reason=first.code,
        scout=f"{first.sentence} {first.fix}",
        buyer="A file that was handed in is no picture that can be shown.",
        numbers={"unreadable": len(refused), "files": len(evidence.artifacts)},
        threshold={"unreadable": 0},
        retake=True,
    )
