"""May this be asked? Rules in code, each with its finding. Pure: the first version reads words and numbers only.

Words find what is asked in words that somebody thought of, and no more: what scouts report stands behind them.

`refuse` is for what we never broker; `review` is for what a person of ours should see first. What is allowed here can
still be taken down by an operator.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bounties.drafts import Draft
from bounties.screening.folding import forms
from bounties.screening.words import RULES, Outcome, Words
from market.money import MICROS_PER_DOLLAR

__all__ = ["SEEN_BY_A_PERSON_FROM", "Finding", "Outcome", "Screening", "screen"]


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


SEEN_BY_A_PERSON_FROM = 1_000 * MICROS_PER_DOLLAR


def screen(draft: Draft) -> Screening:
    findings = tuple(each for rule in (_find_words, _find_value) for each in rule(draft))
    outcomes = {finding.outcome for finding in findings}
    return Screening(
        Outcome.REFUSE if Outcome.REFUSE in outcomes else Outcome.REVIEW if outcomes else Outcome.ALLOW, findings
    )


def _find_words(draft: Draft) -> Iterator[Finding]:
    for param, text in _texts(draft):
        for rule in _rules_met(text):
            yield Finding(rule.rule, rule.outcome, rule.sentence, param)


# A batch is screened more than once, and agents ask the same of many places.
@lru_cache(maxsize=2_000)
def _rules_met(text: str) -> tuple[Words, ...]:
    """What refuses it; or, where nothing does, what should be seen by a person."""
    written = forms(text)
    met = [each for each in RULES if any(each.pattern.search(form) for form in written)]
    refusing = tuple(each for each in met if each.outcome is Outcome.REFUSE)
    return refusing or tuple(met)


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
