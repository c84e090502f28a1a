"""How long whom is waited for, and what is ruled when nobody rules. Pure."""

from datetime import timedelta
from enum import StrEnum

APPEAL_WINDOW = timedelta(hours=48)
ANSWER_WITHIN = timedelta(hours=48)
RULE_WITHIN = timedelta(days=7)
OPERATOR_REVIEW_WITHIN = timedelta(hours=24)
MESSAGES_PER_SIDE = 20


class Side(StrEnum):
    BUYER = "buyer"
    SCOUT = "scout"


class DecidedBy(StrEnum):
    """Who decided a submission."""

    MACHINE = "machine"
    BUYER = "buyer"
    SILENCE = "silence"  # the buyer's, after the review hours; it accepts, but not what the checks doubt
    OPERATOR = "operator"
    RULING = "ruling"  # on a dispute, by an operator or by default
    RULE = "rule"  # late, or the slot was filled


class Ruling(StrEnum):
    FOR_BUYER = "for_buyer"
    FOR_SCOUT = "for_scout"


def default_ruling(*, opened_by: Side, decided_by: DecidedBy, doubted: bool) -> Ruling:
    """What stands when the deadline passes and no operator ruled.

    A scout is not made to pay for our silence where only a buyer's word stood against the capture; where the machine
    found a contradiction or a doubt, or a rule of time decided, that stands. `doubted`: whether it was captured there
    and then, by the checks; a buyer who rejects for it does not make the doubt smaller.
    """
    if opened_by is Side.BUYER:
        return Ruling.FOR_SCOUT
    only_a_buyers_word = decided_by is DecidedBy.BUYER and not doubted
    return Ruling.FOR_SCOUT if only_a_buyers_word else Ruling.FOR_BUYER
