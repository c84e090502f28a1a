"""What each ruling does to the money, in sentences with amounts: read before the button is pressed.

The rules themselves are the core's; these sentences are held to them by tests that rule and look at the balances.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bounties import postings
from bounties.models import Bounty, Dispute, Submission
from bounties.policies.disputes import Ruling, Side
from bounties.states import SLOT_ENDS
from market.money import format_micros


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str
    effect: str


def of_screening(bounty: Bounty) -> Sequence[Choice]:
    total = format_micros(postings.price_of(bounty).total_micros * bounty.slots)
    allowed = _("{total} USD are set aside from its buyer's balance, and it is on offer at once.").format(total=total)
    return (
        Choice("allow", _("Allow"), allowed),
        Choice("refuse", _("Refuse"), _("No money moves. Its buyer reads your reason.")),
    )


def of_report(bounty: Bounty) -> Sequence[Choice]:
    taken = _("Nobody goes there any more. What was handed in is judged; the rest of its money goes back to its buyer.")
    return (
        Choice("keep", _("Keep it on offer"), _("No money moves.")),
        Choice("take_off", _("Take it off"), taken),
    )


def of_review(submission: Submission) -> Sequence[Choice]:
    price = postings.price_of(submission.bounty)
    if submission.blocked:
        reward, fee, total = price.blocked_reward_micros, price.blocked_fee_micros, price.total_micros
        back = total - reward - fee
        pays = _("The scout gets {reward} USD, the house {fee} USD, and {back} USD go back to the buyer.").format(
            reward=format_micros(reward), fee=format_micros(fee), back=format_micros(back)
        )
    else:
        pays = _("The scout gets {reward} USD, and the house {fee} USD.").format(
            reward=format_micros(price.reward_micros), fee=format_micros(price.fee_micros)
        )
    later = _("It stays pending until the dispute window closes.")
    return (
        Choice("accept", _("Accept"), f"{pays} {later}"),
        Choice("reject", _("Reject"), _("No money moves. The slot is free again, and the scout may appeal.")),
    )


def of_dispute(submission: Submission, dispute: Dispute) -> Sequence[Choice]:
    price = postings.price_of(submission.bounty)
    if dispute.opened_by == Side.BUYER:
        award = submission.award
        reward, total = format_micros(award.amount_micros), format_micros(award.amount_micros + award.fee_micros)
        for_buyer = _("{total} USD come back to the buyer: the reward from the scout, the fee from the house.")
        for_scout = _("The scout can have {reward} USD paid out at once.")
        told = for_buyer.format(total=total), for_scout.format(reward=reward)
    else:
        amount = price.blocked_reward_micros if submission.blocked else price.reward_micros
        reward = format_micros(amount)
        taken = submission.slot.state in SLOT_ENDS
        from_house = _("The slot is filled already: the house pays the scout {reward} USD, and the buyer pays nothing.")
        from_hold = _("The scout gets {reward} USD from the hold, at once and for good, and the slot is filled.")
        told = _("No money moves: the decision stands."), (from_house if taken else from_hold).format(reward=reward)
    return (
        Choice(Ruling.FOR_BUYER, _("For the buyer"), told[0]),
        Choice(Ruling.FOR_SCOUT, _("For the scout"), told[1]),
    )
