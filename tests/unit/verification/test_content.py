import pytest

from tests.unit.verification.builders import evidence, requirements
from verification.checks.content import content
from verification.evidence import Answered, Blocked, ModelAnswer, ScoutAnswer
from verification.requirements import BLOCKED_CRITERION, Criterion, Question, QuestionType

OPEN = Criterion("c1", "the shop is open")
HOW_MANY = Question("q1", "how many people queue?", QuestionType.NUMBER)


def said(
    answered: str, *, subject: str = "c1", model: str = "m1", seen: str = "a lit sign", value: str | None = None
) -> ModelAnswer:
    return ModelAnswer(model, "2026-05", "p1", subject, Answered(answered), value=value, seen=seen)


@pytest.mark.parametrize(
    ("answers", "reward_micros", "outcome", "reason"),
    [
        ((), 1, "unknown", "open"),
        ((said("yes"),), 1, "pass", "confirmed"),
        ((said("yes", seen=" "),), 1, "unknown", "open"),
        ((said("no"),), 1, "fail", "denied"),
        ((said("cannot_tell"),), 1, "unknown", "open"),
        ((said("yes"), said("no", model="m2")), 1, "fail", "disagreed"),
        ((said("yes", subject="c2"),), 1, "unknown", "open"),
        ((said("yes"),), 25_000_000, "unknown", "open"),
        ((said("yes"), said("yes")), 25_000_000, "unknown", "open"),
        ((said("yes"), said("yes", model="m2")), 25_000_000, "pass", "confirmed"),
        ((said("yes"), said("cannot_tell", model="m2")), 25_000_000, "unknown", "open"),
    ],
)
def test_a_criterion_needs_a_reasoned_yes_of_every_model_wanted(
    answers: tuple[ModelAnswer, ...], reward_micros: int, outcome: str, reason: str
) -> None:
    wanted = requirements(criteria=(OPEN,), reward_micros=reward_micros)
    result = content(evidence(model_answers=answers), wanted)
    assert (result.outcome, result.reason, result.severity) == (outcome, reason, "strong")


@pytest.mark.parametrize(
    ("question", "scout", "model", "reason"),
    [
        (HOW_MANY, "40", "41", "confirmed"),
        (HOW_MANY, "40", "50", "denied"),
        (HOW_MANY, "3", "4", "denied"),
        (HOW_MANY, "many", "4", "open"),
        (Question("q1", "open?", QuestionType.YES_NO), "Yes", "true", "confirmed"),
        (Question("q1", "open?", QuestionType.YES_NO), "yes", "no", "denied"),
        (Question("q1", "open?", QuestionType.YES_NO), "maybe", "no", "open"),
        (Question("q1", "?", QuestionType.CHOICE, choices=("Red", "Blue")), "red", "Red ", "confirmed"),
        (Question("q1", "?", QuestionType.CHOICE, choices=("Red", "Blue")), "red", "blue", "denied"),
        (Question("q1", "?", QuestionType.CHOICE, choices=("Red", "Blue")), "green", "green", "open"),
        (Question("q1", "what is on the sign?"), "Closed for holidays", None, "confirmed"),
    ],
)
def test_an_answer_stands_when_the_model_reads_the_same(
    question: Question, scout: str, model: str | None, reason: str
) -> None:
    given = evidence(answers=(ScoutAnswer("q1", scout),), model_answers=(said("yes", subject="q1", value=model),))
    assert content(given, requirements(questions=(question,))).reason == reason


def test_nothing_asked_is_nothing_open() -> None:
    assert content(evidence(), requirements()).reason == "nothing_asked"


def test_one_open_criterion_keeps_all_open() -> None:
    wanted = requirements(criteria=(OPEN, Criterion("c2", "the door is red")))
    assert content(evidence(model_answers=(said("yes"),)), wanted).reason == "open"


def test_a_blocked_answer_is_held_to_a_criterion_of_its_own() -> None:
    wanted = requirements(criteria=(OPEN,), questions=(HOW_MANY,))
    blocked = evidence(blocked=Blocked.NOT_THERE, model_answers=(said("yes", subject=BLOCKED_CRITERION.id),))
    assert content(blocked, wanted).reason == "confirmed"
    assert content(evidence(blocked=Blocked.NOT_THERE, model_answers=(said("yes"),)), wanted).reason == "open"
