"""The questions of a bounty: their types, and how they are read from what an agent sends. Pure."""

from collections.abc import Mapping

from bounties.reading import InvalidField, UnknownField
from bounties.shapes import ID, Body, By, Items, Matching, OneOf, Parts, Schema, Text
from verification.requirements import Question, QuestionType

QUESTION_TEXT = Text(most=500, sample="Is the bakery on the corner open right now?")
QUESTION_FIELDS = Body(
    fields={
        "id": Matching(
            text="Your name for the question; answers carry it. `q1`, `q2` … if absent.",
            pattern=ID,
            says="An id is 1 to 40 letters, digits, - and _.",
            sample="open",
        ),
        "text": QUESTION_TEXT,
        "type": OneOf(text="How it is answered; `text` means in free words.", among=QuestionType, sample="yes_no"),
        "choices": Items(of=Text(most=80), least=2, most=20, distinct=True, text="For type `choice` alone."),
        "unit": Text(most=20, text="For type `number` alone: what is counted or measured."),
    },
    needed=("text",),
    default={"type": QuestionType.TEXT},
    or_null=("choices", "unit"),
)


def _question_schema(parts: Parts) -> Schema:
    """Of an object: choices go with `choice`, a unit with `number`, and with nothing else."""
    fields = {name: shape.schema(parts) for name, shape in QUESTION_FIELDS.fields.items()}
    common = {name: fields[name] for name in ("id", "text")}
    kinds: tuple[tuple[list[str], dict[str, Schema], list[str]], ...] = (
        (["yes_no", "text"], {}, ["text"]),
        (["choice"], {"choices": fields["choices"]}, ["text", "type", "choices"]),
        (["number"], {"unit": fields["unit"]}, ["text", "type"]),
    )
    objects = [
        {
            "type": "object",
            "properties": common | {"type": fields["type"] | {"enum": types}} | more,
            "required": needed,
            "additionalProperties": False,
        }
        for types, more, needed in kinds
    ]
    parts["Question"] = {
        "description": "A question. A bare string is a question of type `text`.",
        "anyOf": [fields["text"], *objects],
    }
    return {"$ref": "#/components/schemas/Question"}


def read_questions(value: object, param: str = "/questions") -> tuple[Question, ...]:
    """One question or several; a bare string is a question to be answered in words."""
    questions = _QUESTIONS.read([value] if isinstance(value, str | Mapping) else value, param)
    seen: set[str] = set()
    for position, question in enumerate(questions):
        if question.id in seen:
            raise InvalidField(f"The id `{question.id}` is used twice.", param=f"{param}/{position}/id")
        seen.add(question.id)
    return questions


def _read_question(value: object, param: str) -> Question:
    default_id = f"q{int(param.rpartition('/')[2]) + 1}"
    if isinstance(value, str):
        return Question(id=default_id, text=QUESTION_TEXT.read(value, param))
    given = QUESTION_FIELDS.read(value, param)
    type_, choices, unit = given["type"], given.get("choices", ()), given.get("unit")
    _check_choices(choices, type_=type_, param=f"{param}/choices")
    if unit is not None and type_ is not QuestionType.NUMBER:
        raise UnknownField("Only a question of type `number` has a unit.", param=f"{param}/unit")
    return Question(id=given.get("id", default_id), text=given["text"], type=type_, choices=choices, unit=unit)


def _check_choices(choices: tuple[str, ...], *, type_: QuestionType, param: str) -> None:
    if type_ is not QuestionType.CHOICE:
        if choices:
            raise UnknownField("Only a question of type `choice` has choices.", param=param)
    elif not choices:
        raise InvalidField("This must have 2 to 20 items.", param=param)
    elif len({each.casefold() for each in choices}) < len(choices):
        raise InvalidField("Two of these choices are the same.", param=param)


QUESTION = By(
    reads=_read_question,
    says=_question_schema,
    refuses=QUESTION_FIELDS.refusals(),
    sample="Is the bakery on the corner open right now?",
)
_QUESTIONS = Items(of=QUESTION, least=1, most=10)
QUESTIONS = By(
    text="One to ten questions, or one alone. Ids must differ.",
    reads=read_questions,
    says=lambda parts: {"anyOf": [_QUESTIONS.schema(parts), QUESTION.schema(parts)]},
    refuses=_QUESTIONS.refusals(),
    sample=["Is the bakery on the corner open right now?"],
)
