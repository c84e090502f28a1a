"""The rules of money: what happened comes in, one balanced entry comes out. Pure; `operations.post` writes it.

The ledger knows bounties, slots, submissions, payouts and disputes as ids alone. Each entry has a business key, so that
the same thing posts once, however often it is asked for. `ends` says what an entry ends for good: a slot is awarded or
released once, a submission paid once, pending money leaves pending once, a buyer gets a slot's money back once.
"""

from collections.abc import Collection
from uuid import UUID

from market.ids import encode
from market.ledger.policies import SlotPrice, price_of_bounty
from market.ledger.postings import AccountKind, AccountRef, Book, EntryKind, NewEntry, entry, require_amount
from market.money import to_cents

# --- money coming in --------------------------------------------------------------------------------------------------


def faucet(*, book: Book, agent_id: UUID, grant_id: UUID, amount_micros: int) -> NewEntry:
    """Test money out of nothing.

    >>> _show(faucet(book=TEST, agent_id=ANN, grant_id=ID, amount_micros=10_000_000))
    faucet -10.00, agent_available 10.00
    """
    amount = require_amount(amount_micros, param="amount")
    moves = _move(amount, source=AccountRef(book, AccountKind.FAUCET), to=agent_available(book, agent_id))
    return entry(EntryKind.FAUCET, key=f"faucet:{encode('grt', grant_id)}", moves=moves)


def top_up(
    *, book: Book, agent_id: UUID, payment: str, amount_micros: int, paid_micros: int = 0, fee_micros: int = 0
) -> NewEntry:
    """Money that Stripe took for us; `payment` is its own id for that, such as `pi_…`.

    `paid` is what the card was charged, where its owner bears the processing; `fee` is what Stripe keeps. What we have
    at Stripe afterwards is `paid` less `fee`, which may be more or less than what the agent gets.

    >>> _show(top_up(book=LIVE, agent_id=ANN, payment="pi_1", amount_micros=10_000_000))
    stripe_clearing -10.00, agent_available 10.00
    >>> _show(top_up(book=LIVE, agent_id=ANN, payment="pi_1", amount_micros=25_000_000, fee_micros=1_030_000))
    stripe_clearing -23.97, agent_available 25.00, processing_fee -1.03
    >>> _show(top_up(book=LIVE, agent_id=ANN, payment="pi_1", amount_micros=25_000_000, paid_micros=26_060_000,
    ...     fee_micros=1_060_000))
    stripe_clearing -25.00, agent_available 25.00
    """
    amount, fee = _whole_cents(amount_micros), require_amount(fee_micros, param="fee", least=0)
    paid = _whole_cents(paid_micros or amount)
    moves = [
        (AccountRef(book, AccountKind.STRIPE_CLEARING), fee - paid),
        (agent_available(book, agent_id), amount),
        (AccountRef(book, AccountKind.PROCESSING_FEE), paid - amount - fee),
    ]
    return entry(EntryKind.TOPUP, key=f"topup:{payment}", moves=moves)


def top_up_on_chain(*, book: Book, agent_id: UUID, nonce: str, amount_micros: int) -> NewEntry:
    """Money that was paid to our address on a chain; a chain takes a nonce once, and so do we.

    >>> _show(top_up_on_chain(book=LIVE, agent_id=ANN, nonce="0x1f", amount_micros=10_000_001))
    x402_clearing -10.000001, agent_available 10.000001
    """
    amount = require_amount(amount_micros, param="amount")
    moves = _move(amount, source=AccountRef(book, AccountKind.X402_CLEARING), to=agent_available(book, agent_id))
    return entry(EntryKind.TOPUP, key=f"topup:x402:{nonce}", moves=moves)


def refund(*, book: Book, agent_id: UUID, refund_id: UUID, amount_micros: int) -> NewEntry:
    """Balance that was never spent goes back to where it came from. Posted before Stripe is asked.

    >>> _show(refund(book=LIVE, agent_id=ANN, refund_id=ID, amount_micros=4_000_000))
    agent_available -4.00, stripe_clearing 4.00
    """
    amount = _whole_cents(amount_micros)
    moves = _move(amount, source=agent_available(book, agent_id), to=_outside(book))
    return entry(EntryKind.REFUND, key=f"refund:{encode('rfd', refund_id)}", moves=moves)


def return_refund(*, book: Book, agent_id: UUID, refund_id: UUID, amount_micros: int) -> NewEntry:
    """Stripe could not refund: the agent has its balance back.

    >>> _show(return_refund(book=LIVE, agent_id=ANN, refund_id=ID, amount_micros=4_000_000))
    stripe_clearing -4.00, agent_available 4.00
    """
    amount = _whole_cents(amount_micros)
    moves = _move(amount, source=_outside(book), to=agent_available(book, agent_id))
    return entry(EntryKind.REFUND_BACK, key=f"refund_back:{encode('rfd', refund_id)}", moves=moves)


# --- a bounty's hold --------------------------------------------------------------------------------------------------


def hold(*, book: Book, agent_id: UUID, bounty_id: UUID, slots: int, price: SlotPrice) -> NewEntry:
    """Set money aside for every slot: its reward, and our fee on top.

    >>> _show(hold(book=TEST, agent_id=ANN, bounty_id=ID, slots=3, price=PRICE))
    agent_available -8.25, bounty_held 8.25
    """
    amount = price_of_bounty(price, slots=slots)
    moves = _move(amount, source=agent_available(book, agent_id), to=bounty_held(book, agent_id, bounty_id))
    return entry(EntryKind.HOLD, key=f"hold:{encode('bnt', bounty_id)}", moves=moves)


def add_to_hold(*, book: Book, agent_id: UUID, bounty_id: UUID, change_id: UUID, amount_micros: int) -> NewEntry:
    """More slots, or a higher reward: the difference is set aside as well. `change_id` is one edit's own id.

    >>> _show(add_to_hold(book=TEST, agent_id=ANN, bounty_id=ID, change_id=ID, amount_micros=2_750_000))
    agent_available -2.75, bounty_held 2.75
    """
    amount = require_amount(amount_micros, param="amount")
    moves = _move(amount, source=agent_available(book, agent_id), to=bounty_held(book, agent_id, bounty_id))
    key = f"hold_added:{encode('bnt', bounty_id)}:{encode('chg', change_id)}"
    return entry(EntryKind.HOLD_ADDED, key=key, moves=moves)


def award(
    *, book: Book, agent_id: UUID, bounty_id: UUID, slot_id: UUID, submission_id: UUID, scout_id: UUID, price: SlotPrice
) -> NewEntry:
    """The submission is accepted: the reward is the scout's, the fee ours.

    >>> _show(award(**SLOT, price=PRICE))
    bounty_held -2.75, scout_pending 2.50, platform_fee 0.25
    """
    moves = [
        (bounty_held(book, agent_id, bounty_id), -price.total_micros),
        (scout_pending(book, scout_id), price.reward_micros),
        (AccountRef(book, AccountKind.PLATFORM_FEE), price.fee_micros),
    ]
    key = f"award:{encode('sub', submission_id)}"
    return entry(EntryKind.AWARD, key=key, moves=moves, ends=[_slot(slot_id), _paid(submission_id)])


def award_blocked(
    *, book: Book, agent_id: UUID, bounty_id: UUID, slot_id: UUID, submission_id: UUID, scout_id: UUID, price: SlotPrice
) -> NewEntry:
    """A truthful "I could not get in": the blocked reward and the fee on it; the rest of the slot's hold goes back.

    >>> _show(award_blocked(**SLOT, price=PRICE))
    bounty_held -2.75, scout_pending 0.75, platform_fee 0.075, agent_available 1.925
    """
    moves = [
        (bounty_held(book, agent_id, bounty_id), -price.total_micros),
        (scout_pending(book, scout_id), price.blocked_reward_micros),
        (AccountRef(book, AccountKind.PLATFORM_FEE), price.blocked_fee_micros),
        (agent_available(book, agent_id), price.total_micros - price.blocked_total_micros),
    ]
    key = f"award:{encode('sub', submission_id)}"
    return entry(EntryKind.BLOCKED_AWARD, key=key, moves=moves, ends=[_slot(slot_id), _paid(submission_id)])


def release(
    *,
    book: Book,
    agent_id: UUID,
    bounty_id: UUID,
    release_id: UUID,
    amount_micros: int,
    slot_ids: Collection[UUID] = (),
) -> NewEntry:
    """What is not needed goes back: slots that nobody fills any more (they end with it), or a reward made smaller.

    `release_id` names the occasion: the bounty's own id when it ends, the slot's when one slot is taken back.

    >>> _show(release(book=TEST, agent_id=ANN, bounty_id=ID, release_id=ID, amount_micros=5_500_000))
    bounty_held -5.50, agent_available 5.50
    """
    amount = require_amount(amount_micros, param="amount")
    moves = _move(amount, source=bounty_held(book, agent_id, bounty_id), to=agent_available(book, agent_id))
    key = f"release:{encode('bnt', bounty_id)}:{encode('rls', release_id)}"
    return entry(EntryKind.RELEASE, key=key, moves=moves, ends=[_slot(slot_id) for slot_id in slot_ids])


# --- after the award --------------------------------------------------------------------------------------------------


def settle(*, book: Book, scout_id: UUID, submission_id: UUID, amount_micros: int) -> NewEntry:
    """The dispute window has closed: what was pending may be paid out.

    >>> _show(settle(book=TEST, scout_id=BEN, submission_id=ID, amount_micros=2_500_000))
    scout_pending -2.50, scout_available 2.50
    """
    amount = require_amount(amount_micros, param="amount")
    moves = _move(amount, source=scout_pending(book, scout_id), to=scout_available(book, scout_id))
    return entry(
        EntryKind.SETTLE, key=f"settle:{encode('sub', submission_id)}", moves=moves, ends=[_left(submission_id)]
    )


def rule_for_buyer(
    *, book: Book, agent_id: UUID, scout_id: UUID, submission_id: UUID, reward_micros: int, fee_micros: int
) -> NewEntry:
    """A dispute won by the buyer while the reward is pending: all of it goes back, our fee too.

    >>> _show(rule_for_buyer(book=TEST, agent_id=ANN, scout_id=BEN, submission_id=ID, **PAID))
    scout_pending -2.50, platform_fee -0.25, agent_available 2.75
    """
    reward = require_amount(reward_micros, param="reward")
    fee = require_amount(fee_micros, param="fee", least=0)
    moves = [
        (scout_pending(book, scout_id), -reward),
        (AccountRef(book, AccountKind.PLATFORM_FEE), -fee),
        (agent_available(book, agent_id), reward + fee),
    ]
    key = f"ruling:{encode('sub', submission_id)}"
    ends = [_left(submission_id), _returned(submission_id)]
    return entry(EntryKind.RULING_FOR_BUYER, key=key, moves=moves, ends=ends)


def compensate_buyer(
    *, book: Book, agent_id: UUID, submission_id: UUID, reward_micros: int, fee_micros: int
) -> NewEntry:
    """A dispute won by the buyer after the scout's money became available: the house bears the reward.

    >>> _show(compensate_buyer(book=TEST, agent_id=ANN, submission_id=ID, **PAID))
    dispute_loss -2.50, platform_fee -0.25, agent_available 2.75
    """
    reward = require_amount(reward_micros, param="reward")
    fee = require_amount(fee_micros, param="fee", least=0)
    moves = [
        (AccountRef(book, AccountKind.DISPUTE_LOSS), -reward),
        (AccountRef(book, AccountKind.PLATFORM_FEE), -fee),
        (agent_available(book, agent_id), reward + fee),
    ]
    key = f"compensation:{encode('sub', submission_id)}"
    return entry(EntryKind.BUYER_COMPENSATED, key=key, moves=moves, ends=[_returned(submission_id)])


def compensate_scout(*, book: Book, scout_id: UUID, submission_id: UUID, reward_micros: int) -> NewEntry:
    """An appeal won after the slot was filled again, or after the bounty ended: paid by the house, not by the buyer.

    >>> _show(compensate_scout(book=TEST, scout_id=BEN, submission_id=ID, reward_micros=2_500_000))
    dispute_loss -2.50, scout_pending 2.50
    """
    reward = require_amount(reward_micros, param="reward")
    moves = _move(reward, source=AccountRef(book, AccountKind.DISPUTE_LOSS), to=scout_pending(book, scout_id))
    key = f"compensation:{encode('sub', submission_id)}"
    return entry(EntryKind.SCOUT_COMPENSATED, key=key, moves=moves, ends=[_paid(submission_id)])


# --- money going out --------------------------------------------------------------------------------------------------


def reserve_payout(*, book: Book, scout_id: UUID, payout_id: UUID, amount_micros: int) -> NewEntry:
    """A payout begins: its money can be spent on nothing else. Whole cents; dust stays where it is.

    >>> _show(reserve_payout(book=LIVE, scout_id=BEN, payout_id=ID, amount_micros=2_500_000))
    scout_available -2.50, payout_in_flight 2.50
    """
    amount = _whole_cents(amount_micros)
    moves = _move(amount, source=scout_available(book, scout_id), to=payout_in_flight(book, scout_id, payout_id))
    return entry(EntryKind.PAYOUT_RESERVED, key=f"payout:{encode('pay', payout_id)}", moves=moves)


def finish_payout(*, book: Book, scout_id: UUID, payout_id: UUID, amount_micros: int, cost_micros: int = 0) -> NewEntry:
    """The money has left the house: to Stripe, or in test mode back to the faucet. `cost`: what of it stays here, where
    scouts bear what a payout costs.

    >>> _show(finish_payout(book=LIVE, scout_id=BEN, payout_id=ID, amount_micros=2_500_000))
    payout_in_flight -2.50, stripe_clearing 2.50
    >>> _show(finish_payout(book=LIVE, scout_id=BEN, payout_id=ID, amount_micros=25_000_000, cost_micros=310_000))
    payout_in_flight -25.00, stripe_clearing 24.69, processing_fee 0.31
    """
    amount, cost = _whole_cents(amount_micros), require_amount(cost_micros, param="cost", least=0)
    moves = [
        (payout_in_flight(book, scout_id, payout_id), -amount),
        (_outside(book), _whole_cents(amount - cost)),
        (AccountRef(book, AccountKind.PROCESSING_FEE), cost),
    ]
    key = f"payout_paid:{encode('pay', payout_id)}"
    return entry(EntryKind.PAYOUT_PAID, key=key, moves=moves, ends=[_payout(payout_id)])


def return_payout(*, book: Book, scout_id: UUID, payout_id: UUID, amount_micros: int) -> NewEntry:
    """The payout failed before anything left: the scout may ask again.

    >>> _show(return_payout(book=LIVE, scout_id=BEN, payout_id=ID, amount_micros=2_500_000))
    payout_in_flight -2.50, scout_available 2.50
    """
    amount = _whole_cents(amount_micros)
    moves = _move(amount, source=payout_in_flight(book, scout_id, payout_id), to=scout_available(book, scout_id))
    key = f"payout_back:{encode('pay', payout_id)}"
    return entry(EntryKind.PAYOUT_BACK, key=key, moves=moves, ends=[_payout(payout_id)])


def take_back_paid_payout(
    *, book: Book, scout_id: UUID, payout_id: UUID, reversal: str, amount_micros: int, cost_micros: int = 0
) -> NewEntry:
    """What had been paid came back, or a part of it; `reversal` is Stripe's own id for that, such as `trr_…`. `cost`:
    what the payout had cost its scout, given back with the last of it.

    >>> _show(take_back_paid_payout(book=LIVE, scout_id=BEN, payout_id=ID, reversal="trr_1", amount_micros=2_500_000))
    stripe_clearing -2.50, scout_available 2.50
    """
    amount, cost = _whole_cents(amount_micros), require_amount(cost_micros, param="cost", least=0)
    moves = [
        (_outside(book), -amount),
        (AccountRef(book, AccountKind.PROCESSING_FEE), -cost),
        (scout_available(book, scout_id), amount + cost),
    ]
    return entry(EntryKind.PAYOUT_RETURNED, key=return_key(payout_id, reversal), moves=moves)


def return_key(payout_id: UUID, reversal: str) -> str:
    return f"payout_returned:{encode('pay', payout_id)}:{reversal}"


# --- the accounts of people and bounties ------------------------------------------------------------------------------


def agent_available(book: Book, agent_id: UUID) -> AccountRef:
    return AccountRef(book, AccountKind.AGENT_AVAILABLE, agent_id)


def bounty_held(book: Book, agent_id: UUID, bounty_id: UUID) -> AccountRef:
    return AccountRef(book, AccountKind.BOUNTY_HELD, agent_id, bounty_id)


def scout_pending(book: Book, scout_id: UUID) -> AccountRef:
    return AccountRef(book, AccountKind.SCOUT_PENDING, scout_id)


def scout_available(book: Book, scout_id: UUID) -> AccountRef:
    return AccountRef(book, AccountKind.SCOUT_AVAILABLE, scout_id)


def payout_in_flight(book: Book, scout_id: UUID, payout_id: UUID) -> AccountRef:
    return AccountRef(book, AccountKind.PAYOUT_IN_FLIGHT, scout_id, payout_id)


def _outside(book: Book) -> AccountRef:
    """Where money goes that leaves the house."""
    return AccountRef(book, AccountKind.STRIPE_CLEARING if book.mode == "live" else AccountKind.FAUCET)


# --- what can be ended once -------------------------------------------------------------------------------------------


def _slot(slot_id: UUID) -> str:
    return f"slot:{encode('slt', slot_id)}"


def _paid(submission_id: UUID) -> str:
    return f"paid:{encode('sub', submission_id)}"


def _left(submission_id: UUID) -> str:
    """Of a submission's reward: that it has left pending."""
    return f"left:{encode('sub', submission_id)}"


def _returned(submission_id: UUID) -> str:
    return f"returned:{encode('sub', submission_id)}"


def _payout(payout_id: UUID) -> str:
    return f"payout:{encode('pay', payout_id)}"


# --- amounts ----------------------------------------------------------------------------------------------------------


def _move(amount: int, *, source: AccountRef, to: AccountRef) -> list[tuple[AccountRef, int]]:
    return [(source, -amount), (to, amount)]


def _whole_cents(amount_micros: int) -> int:
    amount = require_amount(amount_micros, param="amount")
    to_cents(amount)
    return amount
