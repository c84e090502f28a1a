"""May this be asked? Rules in code, each with its finding. Pure: the first version reads words and numbers only.

`refuse` is for what we never broker; `review` is for what a person of ours should see first. What is allowed here can
still be taken down by an operator.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bounties.drafts import Draft
from market.money import MICROS_PER_DOLLAR


class Outcome(StrEnum):
    ALLOW = "allow"
    REVIEW = "review"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Finding:
    rule: str
    outcome: Outcome
    sentence: str
    param: str


@dataclass(frozen=True, slots=True)
class Screening:
    outcome: Outcome
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Words:
    """A rule about words, in the languages we read so far: English and Spanish."""

    rule: str
    outcome: Outcome
    sentence: str
    pattern: re.Pattern[str]


def _words(rule: str, outcome: Outcome, sentence: str, *patterns: str) -> _Words:
    return _Words(rule, outcome, sentence, re.compile("|".join(patterns), re.IGNORECASE))


_RULES = (
    _words(
        "following_a_person",
        Outcome.REFUSE,
        "Watching, following or finding a private person is never brokered.",
        r"\b(follow|stalk|tail|track)\s+(him|her|them|my\s+(ex|wife|husband|girlfriend|boyfriend|partner|neighbou?r))\b",
        r"\bwhere\s+(he|she|my\s+(ex|wife|husband|girlfriend|boyfriend))\s+(lives|sleeps|is\s+staying)\b",
        r"\b(sig[ua]e|persig[ua]e|vigil[ae])\s+a\s+(mi\s+(ex|mujer|esposa|marido|novi[oa]|vecin[oa])|ella|[eé]l)\b",
    ),
    _words(
        "children",
        Outcome.REFUSE,
        "Captures of children are never brokered.",
        r"\b(photos?|pictures?|images?|videos?|fotos?)\s+(of|de)\s+(the\s+|some\s+|los\s+|las\s+)?"
        r"(children|kids|minors|schoolgirls|schoolboys|pupils|niñ[oa]s|menores)\b",
    ),
    _words(
        "breaking_in",
        Outcome.REFUSE,
        "Nobody is asked to enter where entry is forbidden.",
        r"\b(break\s+into|sneak\s+into|trespass|climb\s+(over\s+)?the\s+fence|pick\s+the\s+lock)\b",
        r"\b(col[aá]rse\s+en|colarte\s+en|saltar?\s+la\s+valla|forzar?\s+la\s+(puerta|cerradura))\b",
    ),
    _words(
        "weapons_and_drugs",
        Outcome.REFUSE,
        "Trade in weapons and drugs is never brokered, and neither is looking out for it.",
        r"\b(buy|sell|deliver|comprar|vender|entregar)\s+(a\s+|an\s+|una?\s+|some\s+)?"
        r"(guns?|firearms?|explosives?|cocaine|heroin|meth|armas?|explosivos|coca[ií]na|hero[ií]na)\b",
    ),
    _words(
        "private_home",
        Outcome.REVIEW,
        "This may look into somebody's home.",
        r"\b(through|into|por|a\s+trav[eé]s\s+de)\s+(the\s+|her\s+|his\s+|their\s+|la\s+|las\s+)?"
        r"(bedroom|living\s*room|bathroom|window|windows|ventana|ventanas)\b",
        r"\bis\s+(he|she|anyone|anybody|somebody)\s+(at\s+)?home\b",
        r"\b(hay\s+alguien|est[aá])\s+en\s+casa\b",
    ),
    _words(
        "number_plates",
        Outcome.REVIEW,
        "This may ask for the number plates of private cars.",
        r"\b(number|licen[cs]e|registration)\s*plates?\b",
        r"\bmatr[ií]culas?\b",
    ),
    _words(
        "guarded_place",
        Outcome.REVIEW,
        "This may be about a guarded or military place.",
        r"\b(military|army|naval|air)\s+base\b",
        r"\b(prison|barracks|checkpoint|embassy|nuclear|substation)\b",
        r"\b(base\s+militar|c[aá]rcel|cuartel|embajada|nuclear)\b",
    ),
    _words(
        "contact_details",
        Outcome.REVIEW,
        "This holds an address, a link or a number to call: scouts are not led elsewhere.",
        r"https?://|\bwww\.",
        r"[\w.+-]+@[\w-]+\.[a-z]{2,}",
        r"\+\d[\d ()-]{8,}\d",
    ),
    _words(
        "paid_elsewhere",
        Outcome.REVIEW,
        "This may promise payment outside the exchange.",
        r"\b(pay|paid|tip)\s+(you\s+)?(in\s+)?(cash|bitcoin|crypto|paypal|venmo|outside)\b",
        r"\bpag(o|ar[eé])\s+en\s+(efectivo|bitcoin|cripto)\b",
    ),
)

_SEEN_BY_A_PERSON_FROM = 1_000 * MICROS_PER_DOLLAR


def screen(draft: Draft) -> Screening:
    findings = tuple(each for rule in (_find_words, _find_value) for each in rule(draft))
    outcomes = {finding.outcome for finding in findings}
    return Screening(
        Outcome.REFUSE if Outcome.REFUSE in outcomes else Outcome.REVIEW if outcomes else Outcome.ALLOW, findings
    )


def _find_words(draft: Draft) -> Iterator[Finding]:
    for param, text in _texts(draft):
        for rule in _RULES:
            if rule.pattern.search(text):
                yield Finding(rule.rule, rule.outcome, rule.sentence, param)


def _find_value(draft: Draft) -> Iterator[Finding]:
    if draft.reward_micros * draft.slots >= _SEEN_BY_A_PERSON_FROM:
        yield Finding("high_value", Outcome.REVIEW, "Somebody looks at requests of this value first.", "/reward")


def _texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """Everything a scout reads."""
    yield "/title", draft.title
    for position, question in enumerate(draft.questions):
        yield f"/questions/{position}", " ".join((question.text, *question.choices))
    for position, criterion in enumerate(draft.criteria):
        yield f"/criteria/{position}", criterion
