"""From checks to a verdict. Pure: no clock, no store, no model; the same evidence and requirements, the same verdict.

No weighted sums: the rules are read from the top, the first that fits decides, and its name is part of the verdict.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from verification import canonical, checks
from verification.canonical import UnreadableFacts
from verification.checks.result import CheckResult, Outcome, Severity
from verification.evidence import Evidence
from verification.policies import Level, WeakDoubts
from verification.requirements import Requirements, Review

FORMAT = 1
# Raised whenever a check or a rule here changes what it answers; stored with every verdict.
RULES_VERSION = "6"


class Decision(StrEnum):
    ACCEPT = "accept"
    REJECT = "reject"
    REVIEW = "review"


class Rule(StrEnum):
    """The rules, in the order they are tried."""

    CONTRADICTION = "contradiction"  # a decisive check failed: reject
    STRONG_DOUBT = "strong_doubt"  # a strong check failed: review
    MISSING_PROOF = "missing_proof"  # a required check could not be answered, or failed weakly: review
    WEAK_DOUBT = "weak_doubt"  # a weak check failed, and this reward is too high to let it stand: review
    BUYER_REVIEWS = "buyer_reviews"  # nothing against it, and the buyer wants to see it: review
    ALL_PASSED = "all_passed"  # accept


_DECISIONS = {Rule.CONTRADICTION: Decision.REJECT, Rule.ALL_PASSED: Decision.ACCEPT}


@dataclass(frozen=True, slots=True)
class Verdict:
    decision: Decision
    rule: Rule
    reasons: tuple[str, ...]  # the checks that made the rule fire, in the order shown
    level: Level
    blocked: bool  # an answer that it cannot be had: paid as such
    retake: bool  # every reason can be mended by capturing again
    checks: tuple[CheckResult, ...]
    rules_version: str = RULES_VERSION
    format: int = FORMAT

    def because(self) -> tuple[CheckResult, ...]:
        """The results behind the decision."""
        return tuple(result for result in self.checks if result.check in self.reasons)


def decide(evidence: Evidence, requirements: Requirements) -> Verdict:
    return judge(checks.run(evidence, requirements), evidence, requirements)


def judge(results: tuple[CheckResult, ...], evidence: Evidence, requirements: Requirements) -> Verdict:
    """The rules alone, over answers that the checks have given."""
    rule, because = _first_rule(results, requirements)
    return Verdict(
        decision=_DECISIONS.get(rule, Decision.REVIEW),
        rule=rule,
        reasons=tuple(result.check for result in because),
        level=requirements.policy.level,
        blocked=evidence.blocked is not None,
        retake=bool(because) and all(result.retake for result in because),
        checks=results,
    )


def _first_rule(results: tuple[CheckResult, ...], requirements: Requirements) -> tuple[Rule, tuple[CheckResult, ...]]:
    required = checks.required(requirements)
    failed = [result for result in results if result.outcome is Outcome.FAIL]
    contradictions = _of(failed, Severity.DECISIVE)
    if contradictions:
        return Rule.CONTRADICTION, contradictions
    doubts = _of(failed, Severity.STRONG)
    if doubts:
        return Rule.STRONG_DOUBT, doubts
    missing = tuple(each for each in results if each.check in required and each.outcome is not Outcome.PASS)
    if missing:
        return Rule.MISSING_PROOF, missing
    if failed and requirements.policy.weak_doubts is WeakDoubts.REVIEW:
        return Rule.WEAK_DOUBT, tuple(failed)
    if requirements.review is Review.BUYER:
        return Rule.BUYER_REVIEWS, ()
    return Rule.ALL_PASSED, ()


def _of(failed: Iterable[CheckResult], severity: Severity) -> tuple[CheckResult, ...]:
    return tuple(result for result in failed if result.severity is severity)


def to_json(verdict: Verdict) -> bytes:
    return canonical.dumps(canonical.to_plain(verdict))


def from_json(text: bytes | str) -> Verdict:
    plain = canonical.loads(text)
    if not isinstance(plain, dict) or plain.get("format") != FORMAT:
        raise UnreadableFacts("This verdict is written in a format that this version does not read.")
    return canonical.from_plain(Verdict, plain)
