"""A scout's answers to a bounty's questions: read, bounded, checked against the kind of each question. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from bounties import reading
from bounties.reading import InvalidField, MissingField
from bounties.text import plain
from verification.requirements import QuestionType

_NUMBER = re.compile(r"[-+]?[0-9]{1,15}(?:\.[0-9]{1,9})?", re.ASCII)
_LONGEST = 2_000


class Answer(TypedDict):
    question_id: str
    scout_value: str
    model_value: str | None


def read(value: object, questions: Sequence[Mapping[str, Any]], *, blocked: bool) -> list[Answer]:
    """Every question answered once; when the place was blocked, as many as could be."""
    given = reading.items(value, _read_one, param="/answers", least=0, most=len(questions))
    by_id = {question["id"]: question for question in questions}
    answers: dict[str, Answer] = {}
    for position, (question_id, answer) in enumerate(given):
        param = f"/answers/{position}"
        if question_id not in by_id:
            raise InvalidField("There is no question with this id.", param=f"{param}/question_id")
        if question_id in answers:
            raise InvalidField("This question is answered twice.", param=f"{param}/question_id")
        text = _read_value(answer, by_id[question_id], param=f"{param}/value")
        answers[question_id] = {"question_id": question_id, "scout_value": text, "model_value": None}
    missing = [question["id"] for question in questions if question["id"] not in answers]
    if missing and not blocked:
        raise MissingField(f"The question `{missing[0]}` is not answered.", param="/answers")
    return list(answers.values())


def with_model_values(answers: Sequence[Answer], values: Mapping[str, str]) -> list[Answer]:
    """Beside what the scout says, what the vision models say. A model's word is no better trusted than its picture."""
    return [{**each, "model_value": values.get(each["question_id"], each["model_value"])} for each in answers]


def _read_one(value: object, param: str) -> tuple[str, object]:
    given = reading.fields(value, param=param, known=("question_id", "value"), needed=("question_id", "value"))
    return str(given["question_id"])[:60], given["value"]


def _read_value(value: object, question: Mapping[str, Any], *, param: str) -> str:
    type_ = QuestionType(question["type"])
    if type_ is QuestionType.NUMBER:
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(text, str) or not _NUMBER.fullmatch(text.strip()):
            raise InvalidField("This must be a number, written with digits and at most one point.", param=param)
        return text.strip()
    text = plain(value, param=param, most=_LONGEST, lines=True)
    if type_ is QuestionType.YES_NO:
        if text.casefold() not in ("yes", "no"):
            raise InvalidField('This must be "yes" or "no".', param=param)
        return text.casefold()
    if type_ is QuestionType.CHOICE:
        chosen = next((each for each in question["choices"] if each.casefold() == text.casefold()), None)
        if chosen is None:
            raise InvalidField("This must be one of the question's choices.", param=param)
        return str(chosen)
    return text
