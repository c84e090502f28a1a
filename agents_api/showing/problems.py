"""A refusal as it is answered: problem details. They are written by `market.problems`."""

from agents_api.answers import CALL, Plain, Record, number, truth, url, words
from bounties.shapes import Nullable

PROBLEM = Record(
    name="Problem",
    text="Why something was refused, and how to mend it (RFC 9457). Go by `code`: its meaning never changes.",
    fields={
        "type": url("A page about this code.", sample="https://sightline.example/docs/errors/missing_field"),
        "title": words("The status in words.", sample="Unprocessable Entity"),
        "status": number("The HTTP status.", sample=422, least=400, most=599),
        "code": words("Stable, for programs.", sample="missing_field"),
        "detail": words("What was wrong this time.", sample="`title` is missing."),
        "param": Nullable(text="JSON pointer to the field.", of=words(sample="/title")),
        "fix": words("What to do about it.", sample="Send this field too."),
        "fix_call": Nullable(text="A call that mends it, where there is one.", of=CALL),
        "retryable": truth("Whether the same request may succeed later as it is."),
        "retry_after": Nullable(text="In how many seconds; null: nobody knows.", of=number()),
        "request_id": words("Tell us this if you ask about it.", sample="0f6c1d2e3b4a49588776655443322110"),
        "facts": Plain(
            text="More for programs, by code.", says={"type": "object", "additionalProperties": True}, sample={}
        ),
    },
    sometimes=frozenset({"facts"}),
)
