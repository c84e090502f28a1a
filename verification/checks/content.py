"""Do the pictures show what was asked, in the vision model's words? It is one witness: it never rejects by itself."""

from functools import partial

from verification.answers import agree
from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Answered, Evidence, ModelAnswer
from verification.requirements import BLOCKED_CRITERION, Question, QuestionType, Requirements


def content(evidence: Evidence, requirements: Requirements) -> CheckResult:
    # A blocked answer is held to one criterion of its own in place of all the others.
    criteria = (BLOCKED_CRITERION,) if evidence.blocked else requirements.criteria
    questions = () if evidence.blocked else requirements.questions
    wanted = requirements.policy.models
    given = _by_subject(evidence.model_answers)
    found = [_on_criterion(given.get(each.id, ()), wanted) for each in criteria]
    found += [_on_question(each, evidence, given.get(each.id, ()), requirements) for each in questions]
    answer = partial(
        CheckResult,
        check="content",
        severity=Severity.STRONG,
        numbers={
            "asked": len(found),
            "confirmed": found.count("confirmed"),
            "denied": found.count("denied"),
            "disagreed": found.count("disagreed"),
            "open": found.count("open"),
            "models": ", ".join(sorted({f"{each.model} {each.version}".strip() for each in evidence.model_answers})),
        },
        threshold={"models": wanted},
    )
    if not found:
        sentence = "Nothing was asked about what the pictures show."
        return answer(outcome=Outcome.PASS, reason="nothing_asked", scout=sentence, buyer=sentence)
    for reason, scout, buyer in (
        (
            "denied",
            "The pictures do not seem to show what was asked for. A person will look at them.",
            "A model that looked at the pictures does not see in them what you asked for.",
        ),
        (
            "disagreed",
            "Two readers of the pictures disagree. A person will look at them.",
            "Two models that looked at the pictures disagree about what they show.",
        ),
    ):
        if reason in found:
            return answer(outcome=Outcome.FAIL, reason=reason, scout=scout, buyer=buyer)
    if "open" in found:
        who = "No model could tell" if evidence.model_answers else "No model looked, so nothing here can tell"
        what = "that it could not be had" if evidence.blocked else "all that you asked for"
        return answer(
            outcome=Outcome.UNKNOWN,
            reason="open",
            scout="Whether the pictures show all that was asked, a person will look at.",
            buyer=f"{who} whether the pictures show {what}: they have to be looked at.",
        )
    sentence = "The pictures show what was asked for."
    return answer(outcome=Outcome.PASS, reason="confirmed", scout=sentence, buyer=sentence)


def _by_subject(answers: tuple[ModelAnswer, ...]) -> dict[str, tuple[ModelAnswer, ...]]:
    found: dict[str, tuple[ModelAnswer, ...]] = {}
    for each in answers:
        found[each.subject] = (*found.get(each.subject, ()), each)
    return found


def _on_criterion(answers: tuple[ModelAnswer, ...], wanted: int) -> str:
    said = {each.answered for each in answers}
    if {Answered.YES, Answered.NO} <= said:
        return "disagreed"
    if Answered.NO in said:
        return "denied"
    return "confirmed" if _enough(answers, wanted) else "open"


def _on_question(
    question: Question, evidence: Evidence, answers: tuple[ModelAnswer, ...], requirements: Requirements
) -> str:
    """The scout's answer stands when every model that was wanted says the same on its own."""
    scout = next((each.value for each in evidence.answers if each.question_id == question.id), None)
    if scout is None:
        return "open"
    if question.type is QuestionType.TEXT:
        # Free text is not compared in code: the model says whether the pictures bear the scout's words out.
        return _on_criterion(answers, requirements.policy.models)
    share = requirements.policy.thresholds.number_share
    said = {
        agree(question, scout, each.value, number_share=share)
        for each in answers
        if each.answered is Answered.YES and each.value is not None
    }
    if {True, False} <= said:
        return "disagreed"
    if False in said:
        return "denied"
    return "confirmed" if said == {True} and _enough(answers, requirements.policy.models) else "open"


def _enough(answers: tuple[ModelAnswer, ...], wanted: int) -> bool:
    """Every answer is a yes that names what it saw, and as many different models gave one as were wanted."""
    sure = all(each.answered is Answered.YES and each.seen.strip() for each in answers)
    return sure and len({each.model for each in answers}) >= max(wanted, 1)
