"""What happens to a bounty, as entries for the ledger. What an entry does to the accounts, the ledger's `rules` say.

The entries of one operation are posted together, at its end: see `operations/changing.py`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from bounties.models import Award, Bounty, Slot
from market.ledger import rules
from market.ledger.policies import SlotPrice
from market.ledger.postings import AccountRef, Book, NewEntry
from market.ledger.queries import balance, kept_in


def price_of(bounty: Bounty) -> SlotPrice:
    """As it was shown before posting."""
    return _price(bounty.reward_micros, bounty.blocked_reward_micros, bounty.fee_basis_points)


# Asked of every bounty of every list, and few prices are asked for.
_price = lru_cache(maxsize=4_096)(SlotPrice)


def hold(bounty: Bounty) -> NewEntry:
    return rules.hold(
        book=Book.of(bounty.mode),
        agent_id=bounty.buyer_id,
        bounty_id=bounty.id,
        slots=bounty.slots,
        price=price_of(bounty),
    )


def award(award: Award, *, bounty: Bounty, blocked: bool) -> NewEntry:
    rule = rules.award_blocked if blocked else rules.award
    return rule(
        book=Book.of(bounty.mode),
        agent_id=bounty.buyer_id,
        bounty_id=bounty.id,
        slot_id=award.slot_id,
        submission_id=award.submission_id,
        scout_id=award.scout_id,
        price=price_of(bounty),
    )


def give_back(slots: Sequence[Slot], *, bounty: Bounty) -> NewEntry:
    """The money of slots that nobody fills any more. The first one names the occasion: no slot comes back twice."""
    return rules.release(
        book=Book.of(bounty.mode),
        agent_id=bounty.buyer_id,
        bounty_id=bounty.id,
        release_id=min(slot.id for slot in slots),
        amount_micros=price_of(bounty).total_micros * len(slots),
        slot_ids=[slot.id for slot in slots],
    )


def settle(award: Award) -> NewEntry:
    return rules.settle(
        book=Book.of(award.mode),
        scout_id=award.scout_id,
        submission_id=award.submission_id,
        amount_micros=award.amount_micros,
    )


def reverse(award: Award, *, bounty: Bounty) -> NewEntry:
    return rules.rule_for_buyer(
        book=Book.of(award.mode),
        agent_id=bounty.buyer_id,
        scout_id=award.scout_id,
        submission_id=award.submission_id,
        reward_micros=award.amount_micros,
        fee_micros=award.fee_micros,
    )


def compensate(award: Award) -> NewEntry:
    return rules.compensate_scout(
        book=Book.of(award.mode),
        scout_id=award.scout_id,
        submission_id=award.submission_id,
        reward_micros=award.amount_micros,
    )


def held_micros(bounty: Bounty) -> int:
    """What is still set aside for it."""
    return balance(_held(bounty))


def held_together(bounties: Iterable[Bounty]) -> int:
    """What is still set aside for all of them."""
    return kept_in(map(_held, bounties))


def _held(bounty: Bounty) -> AccountRef:
    return rules.bounty_held(Book.of(bounty.mode), bounty.buyer_id, bounty.id)
