"""Was handed in what was asked for: enough artifacts of each kind, and an answer to each question?"""

from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.requirements import Requirements


def proof(evidence: Evidence, requirements: Requirements) -> CheckResult:
    had = {wanted.kind: len(evidence.artifacts_of(wanted.kind)) for wanted in requirements.proof}
    short = [wanted for wanted in requirements.proof if had[wanted.kind] < wanted.least]
    answered = {answer.question_id for answer in evidence.answers if answer.value.strip()}
    # Who found the place blocked has nothing to say to the questions about it.
    open_questions = [each.id for each in requirements.questions if each.id not in answered and not evidence.blocked]
    answer = partial(
        CheckResult,
        check="proof",
        severity=Severity.STRONG,
        numbers={**had, "unanswered": len(open_questions)},
        threshold={wanted.kind: wanted.least for wanted in requirements.proof},
    )
    if short:
        kinds = ", ".join(f"{wanted.least} x {wanted.kind}" for wanted in short)
        return answer(
            outcome=Outcome.FAIL,
            reason="too_few",
            scout=f"Asked for: {kinds}. Less was handed in.",
            buyer=f"Asked for: {kinds}. Less was handed in.",
            retake=True,
        )
    if open_questions:
        return answer(
            outcome=Outcome.FAIL,
            reason="unanswered",
            scout=f"{len(open_questions)} of the questions have no answer yet.",
            buyer=f"{len(open_questions)} of your questions were not answered.",
            retake=True,
        )
    sentence = "Everything asked for was handed in."
    return answer(outcome=Outcome.PASS, reason="complete", scout=sentence, buyer=sentence)
