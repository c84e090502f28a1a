"""Answers fit their questions, or are refused with the place of the one that does not."""

from typing import Any

import pytest

from bounties import answers
from market.errors import DomainError

QUESTIONS: list[dict[str, Any]] = [
    {"id": "open", "text": "Open?", "type": "yes_no", "choices": [], "unit": None},
    {"id": "people", "text": "How many?", "type": "number", "choices": [], "unit": "people"},
    {"id": "sign", "text": "Which?", "type": "choice", "choices": ["Open", "Closed"], "unit": None},
    {"id": "note", "text": "What else?", "type": "text", "choices": [], "unit": None},
]
GOOD = [
    {"question_id": "open", "value": "Yes"},
    {"question_id": "people", "value": " -3.5 "},
    {"question_id": "sign", "value": "closed"},
    {"question_id": "note", "value": "A dog.\nTwo."},
]


def test_answers_are_kept_in_the_words_of_their_questions() -> None:
    read = answers.read(GOOD, QUESTIONS, blocked=False)
    assert [(each["scout_value"], each["model_value"]) for each in read] == [
        ("yes", None),
        ("-3.5", None),
        ("Closed", None),
        ("A dog.\nTwo.", None),
    ]


def test_a_blocked_place_leaves_questions_open() -> None:
    assert answers.read([], QUESTIONS, blocked=True) == []


@pytest.mark.parametrize(
    ("sent", "code", "param"),
    [
        (GOOD[:3], "missing_field", "/answers"),
        ([*GOOD, GOOD[0]], "invalid_field", "/answers"),
        ([GOOD[0], GOOD[0]], "invalid_field", "/answers/1/question_id"),
        ([{"question_id": "else", "value": "x"}], "invalid_field", "/answers/0/question_id"),
        ([{"question_id": ["open"], "value": "x"}], "invalid_field", "/answers/0/question_id"),
        ([{"question_id": "open", "value": "maybe"}], "invalid_field", "/answers/0/value"),
        ([{"question_id": "people", "value": "many"}], "invalid_field", "/answers/0/value"),
        ([{"question_id": "people", "value": "NaN"}], "invalid_field", "/answers/0/value"),
        ([{"question_id": "people", "value": "1e9"}], "invalid_field", "/answers/0/value"),
        ([{"question_id": "people", "value": 2.5}], "invalid_field", "/answers/0/value"),
        ([{"question_id": "people", "value": True}], "invalid_field", "/answers/0/value"),
        ([{"question_id": "sign", "value": "Ajar"}], "invalid_field", "/answers/0/value"),
        ([{"question_id": "note", "value": "x\x00"}], "invalid_text", "/answers/0/value"),
        ([{"question_id": "note", "value": "x" * 10_000_000}], "text_too_long", "/answers/0/value"),
        ([{"question_id": "note"}], "missing_field", "/answers/0/value"),
        ("yes", "invalid_field", "/answers"),
        (None, "invalid_field", "/answers"),
    ],
)
def test_what_does_not_fit_is_refused(sent: object, code: str, param: str) -> None:
    with pytest.raises(DomainError) as refused:
        answers.read(sent, QUESTIONS, blocked=False)
    assert (refused.value.code, refused.value.param) == (code, param)
