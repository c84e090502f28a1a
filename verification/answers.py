"""When two answers to one question are the same answer, and what the models say with one voice. Pure."""

import math
import re
from collections.abc import Sequence

from verification.evidence import Answered, ModelAnswer
from verification.requirements import Question, QuestionType

_YES = frozenset({"yes", "true", "1"})
_NO = frozenset({"no", "false", "0"})
_NUMBER = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?", re.ASCII)


def agree(question: Question, one: str, other: str, *, number_share: float) -> bool | None:
    """None where no rule in code can tell: free text, or an answer that is not of the question's type."""
    if question.type is QuestionType.TEXT:
        return None
    if question.type is QuestionType.NUMBER:
        first, second = _number(one), _number(other)
        if first is None or second is None:
            return None
        # Counting a crowd is no exact science; counting three chairs is.
        return abs(first - second) <= number_share * max(abs(first), abs(second))
    if question.type is QuestionType.YES_NO:
        first_truth, second_truth = _truth(one), _truth(other)
        return None if first_truth is None or second_truth is None else first_truth == second_truth
    choices = {choice.strip().casefold() for choice in question.choices}
    first_choice, second_choice = one.strip().casefold(), other.strip().casefold()
    return first_choice == second_choice if {first_choice, second_choice} <= choices else None


def of_models(question: Question, answers: Sequence[ModelAnswer], *, number_share: float) -> str | None:
    """The models' own answer to a question, where every model that was asked gives one and they agree.

    None for a free text: of that they only say whether the pictures bear out the scout's words.
    """
    given = [each for each in answers if each.subject == question.id]
    values = [each.value for each in given if each.answered is Answered.YES and each.value]
    if not values or len(values) < len(given):
        return None
    agreed = all(agree(question, values[0], other, number_share=number_share) for other in values)
    return values[0] if agreed else None


def _number(text: str) -> float | None:
    match = _NUMBER.fullmatch(text.strip())
    value = float(match.group()) if match else math.nan
    return value if math.isfinite(value) else None


def _truth(text: str) -> bool | None:
    word = text.strip().casefold()
    return True if word in _YES else False if word in _NO else None
