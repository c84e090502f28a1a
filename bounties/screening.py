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


# Somebody, as people say it: "her", "my ex", "the woman in the red coat". Up to two words may stand before the noun.
_NEAR = (
    r"(ex|wife|husband|girlfriend|boyfriend|partner|neighbou?rs?|sister|brother|daughter|son|boss|landlord|tenants?)"
)
_ANYBODY = r"(wom[ae]n|m[ae]n|girls?|boys?|lady|ladies|guys?|person|couple|famil(y|ies)|teenagers?|strangers?)"
_SOMEBODY = rf"(him|her|them|(my|his|her|their|the|this|that|an?)\s+(\w+\s+){{0,2}}?({_NEAR}|{_ANYBODY}))"
_THEIR_PLACE = r"(his|her|their|my\s+\w+'?s)\s+(front\s+)?(door|house|home|flat|apartment|work|office|school|gym|hotel)"
_CERCANO = r"(ex|mujer|esposa|marido|novi[oa]|vecin[oa]s?|herman[oa]|hij[oa]|jef[ea])"
_CUALQUIERA = r"(mujer|hombre|chic[oa]|señora?|persona|pareja)"
_ALGUIEN = rf"(ella|[eé]l|ell[oa]s|mi\s+{_CERCANO}|(la|el|una?|es[ae]|est[ae])\s+{_CUALQUIERA})"

_RULES = (
    _words(
        "following_a_person",
        Outcome.REFUSE,
        "Watching, following or finding a private person is never brokered.",
        rf"\b(follow|stalk|tail|track|shadow|spy\s+on|keep\s+an\s+eye\s+on|watch)\s+{_SOMEBODY}\b",
        rf"\bwhere\s+(does\s+|do\s+|is\s+)?(he|she|they|{_SOMEBODY})\s+(lives?|sleeps?|works?|(is\s+)?staying)\b",
        rf"\bwait\s+(for\s+{_SOMEBODY}\s+)?(outside|in\s+front\s+of|near|at|by)\s+{_THEIR_PLACE}\b",
        rf"\b(when|what\s+time)\s+(does\s+|do\s+)?(he|she|{_SOMEBODY})\s+(leaves?|comes?|gets?|arrives?|goes|go)\b",
        rf"\bwho\s+(is\s+)?(he|she|{_SOMEBODY})\s+(is\s+)?(with|meets?|meeting|seeing|dating)\b",
        rf"\b(sig[ua]e|seguir|persig[ua]e|vigil[ae]r?|esp[ií]ar?)\s+a\s*l?\s+({_ALGUIEN}|(hombre|chico|señor|vecino)\b)",
        rf"\bd[oó]nde\s+(vive|duerme|trabaja)\s+({_ALGUIEN})\b",
    ),
    _words(
        "capturing_a_person",
        Outcome.REVIEW,
        "This may ask for captures of a private person.",
        rf"\b(photograph|film|record|identify|recogni[sz]e)\s+{_SOMEBODY}\b",
        rf"\b(photos?|pictures?|images?|videos?|shots?)\s+of\s+{_SOMEBODY}\b",
        rf"\b(fotograf[ií]ar?|grab[ae]r?|film[ae]r?|fotos?\s+de|identifi(ca|que|car))\s+(a\s+)?{_ALGUIEN}\b",
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

SEEN_BY_A_PERSON_FROM = 1_000 * MICROS_PER_DOLLAR


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
    if draft.reward_micros * draft.slots >= SEEN_BY_A_PERSON_FROM:
        yield Finding("high_value", Outcome.REVIEW, "Somebody looks at requests of this value first.", "/reward")


def _texts(draft: Draft) -> Iterator[tuple[str, str]]:
    """Everything a scout reads."""
    yield "/title", draft.title
    for position, question in enumerate(draft.questions):
        yield f"/questions/{position}", " ".join((question.text, *question.choices))
    for position, criterion in enumerate(draft.criteria):
        yield f"/criteria/{position}", criterion
