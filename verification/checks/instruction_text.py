"""Is there text in a picture that talks to a machine? Where it does, a person looks.

A model may be talked into keeping quiet about it, so it is also asked for something that no picture shows
(`requirements.CONTROLS`): if it sees that too, it sees what it is told to see.
"""

import re
from functools import partial

from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Answered, Evidence
from verification.requirements import CONTROL, Requirements

# Signs, menus and notices give orders too ("do not enter"): only words aimed at a reader of pictures are listed.
_ORDERS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(ignore|disregard|forget|override)\b.{0,40}\b(instructions?|prompts?|rules|above|previous|prior)\b",
        r"\b(system|developer|assistant|user)\s*(prompt|message|role)?\s*[:>\]]",
        r"\b(system prompt|language model|chat ?gpt|as an ai|ai (model|assistant|reviewer|system))\b",
        r"\byou (are|must|will|should) (now |always )?(an?|the|answer|respond|reply|say|output|approve|accept|mark)\b",
        r"\b(answer|respond|reply|output)\b.{0,20}\b(yes|true|json|approved?)\b",
        r"\b(approve|accept|mark|verify|classify|rate|treat)\b.{0,30}\b(image|picture|photo|submission|criteri\w+)\b",
        r"\b(this|image|picture|photo|submission)\b.{0,30}\b(meets|satisf\w+|fulfil\w*)\b.{0,30}\bcriteri\w+\b",
        r"\b(ignorier\w*|ignorez|ignora|ignore)\b.{0,40}\b(anweisung\w*|instructions?|instrucciones|istruzioni)\b",
        r"忽略.{0,10}(指令|指示|说明)",
        r"</?(system|instructions?|prompt|assistant)>",
    )
)
# A list left open to be filled in ("Steps to ... 1. 2. 3."): a picture that asks its reader to write.
_OPEN_LIST = re.compile(r"(?:^|\s)1\s*[.)]\s*(?:\n|\s)*2\s*[.)]\s*(?:\n|\s)*(?:3\s*[.)])", re.MULTILINE)


def instruction_text(evidence: Evidence, requirements: Requirements) -> CheckResult:
    texts = ["\n".join(reading.lines) for reading in evidence.readings]
    flagged = [text for text in texts if gives_orders(text)]
    control = [each for each in evidence.model_answers if each.subject == CONTROL]
    steered = [each for each in control if each.answered is Answered.YES]
    answer = partial(
        CheckResult,
        check="instruction_text",
        severity=Severity.STRONG,
        numbers={
            "readings": len(texts),
            "flagged": len(flagged),
            "controls": len(control),
            "saw_what_is_not_there": len(steered),
        },
        threshold={"flagged": 0, "saw_what_is_not_there": 0},
    )
    if flagged:
        return answer(
            outcome=Outcome.FAIL,
            reason="talks_to_machines",
            scout="A picture holds text that talks to a machine. A person will look at it.",
            buyer="A picture holds text that talks to a machine, so no machine's word on it counts alone.",
        )
    if steered:
        return answer(
            outcome=Outcome.FAIL,
            reason="sees_anything",
            scout="A machine that looked at your picture cannot be relied on with it. A person will look at it.",
            buyer="A machine that looked says it sees what no picture shows, so its word on this counts for nothing.",
        )
    if texts:
        sentence = "No text in the pictures talks to a machine."
        return answer(outcome=Outcome.PASS, reason="none", scout=sentence, buyer=sentence)
    if not evidence.model_answers:
        sentence = "No machine was asked what the pictures show, so no text in them can have steered one."
        return answer(outcome=Outcome.PASS, reason="nobody_to_steer", scout=sentence, buyer=sentence)
    sentence = "The text in the pictures was not read, so a person will look at it."
    return answer(outcome=Outcome.UNKNOWN, reason="not_read", scout=sentence, buyer=sentence)


def gives_orders(text: str) -> bool:
    # Line breaks hide nothing: the same words are looked for as one line.
    flat = " ".join(text.split())
    return any(pattern.search(flat) for pattern in _ORDERS) or _OPEN_LIST.search(text) is not None
