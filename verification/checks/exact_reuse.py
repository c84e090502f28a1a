"""Were these very bytes handed in before? Looked for across everything ever stored, whoever sent it."""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.requirements import Requirements


def exact_reuse(evidence: Evidence, requirements: Requirements) -> CheckResult:
    hashes = [artifact.sha256 for artifact in evidence.artifacts]
    answer = partial(
        CheckResult,
        check="exact_reuse",
        severity=Severity.DECISIVE,
        numbers={"found": len(evidence.exact_duplicates), "twice_here": len(hashes) - len(set(hashes))},
        threshold={"found": 0, "twice_here": 0},
    )
    if evidence.exact_duplicates:
        own = all(each.same_subject for each in evidence.exact_duplicates)
        return answer(
            outcome=Outcome.FAIL,
            reason="own_file" if own else "others_file",
            scout="You handed in this very file before." if own else "This very file was handed in before.",
            buyer="This very file was handed in before, under another claim.",
            retake=True,
        )
    if len(hashes) > len(set(hashes)):
        sentence = "The same file stands in this submission twice."
        return answer(outcome=Outcome.FAIL, reason="twice_here", scout=sentence, buyer=sentence, retake=True)
    if not evidence.duplicates_searched:
        sentence = "Earlier files could not be searched."
        return answer(outcome=Outcome.UNKNOWN, reason="not_searched", scout=sentence, buyer=sentence)
    sentence = "These files were never handed in before."
    return answer(outcome=Outcome.PASS, reason="new", scout=sentence, buyer=sentence)
