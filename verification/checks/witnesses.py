"""Do independent others, who looked at the same thing, say the same?"""

from functools import partial

from verification.answers import agree
from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence, Witness
from verification.requirements import Requirements


def witnesses(evidence: Evidence, requirements: Requirements) -> CheckResult:
    wanted = requirements.policy.witnesses
    said = [_agrees(witness, evidence, requirements) for witness in evidence.witnesses if witness.independent]
    answer = partial(
        CheckResult,
        check="witnesses",
        severity=Severity.STRONG,
        numbers={"agree": said.count(True), "disagree": said.count(False), "known": len(evidence.witnesses)},
        threshold={"agree": wanted},
    )
    if False in said:
        return answer(
            outcome=Outcome.FAIL,
            reason="disagree",
            scout="Somebody else saw it differently. A person will look at it.",
            buyer="Another scout answered differently.",
        )
    if said.count(True) < wanted:
        sentence = "At this reward others must have seen the same, and nobody has yet."
        return answer(outcome=Outcome.UNKNOWN, reason="too_few", scout=sentence, buyer=sentence)
    if not said:
        sentence = "No other witnesses were asked for."
        return answer(outcome=Outcome.PASS, reason="not_asked", scout=sentence, buyer=sentence)
    sentence = "Others who looked independently say the same."
    return answer(outcome=Outcome.PASS, reason="agree", scout=sentence, buyer=sentence)


def _agrees(witness: Witness, evidence: Evidence, requirements: Requirements) -> bool:
    """Free text and missing answers count for neither side; that it could be had at all always counts."""
    if witness.blocked != evidence.blocked:
        return False
    share = requirements.policy.thresholds.number_share
    theirs = {each.question_id: each.value for each in witness.answers}
    ours = {each.question_id: each.value for each in evidence.answers}
    return all(
        agree(question, ours[question.id], theirs[question.id], number_share=share) is not False
        for question in requirements.questions
        if question.id in ours and question.id in theirs
    )
